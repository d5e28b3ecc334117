import type { Verdict } from '../domain/clocks.ts';
import type { Loss } from '../domain/loss.ts';
import { judgeLoss } from '../domain/loss.ts';
import type { RunRecord } from '../domain/run.ts';
import type { TargetId } from '../domain/words.ts';
import type { LossSummary } from './report.ts';
import { factsOf, stepsCalling, targetOf } from './steps.ts';

const worse: Record<Verdict, number> = { missed: 2, 'not measured': 1, met: 0 };

const seconds = (loss: Loss): number => Math.max(loss.claimedSeconds ?? 0, loss.proven?.seconds ?? 0);

const worstOf = (losses: readonly Loss[]): Loss | null =>
  losses.reduce<Loss | null>((worst, loss) => {
    if (worst === null) return loss;
    const difference = worse[loss.verdict] - worse[worst.verdict];
    return difference > 0 || (difference === 0 && seconds(loss) > seconds(worst)) ? loss : worst;
  }, null);

/**
 * Loss of every target that the plan restores data of, judged again from its numbers against the plan's objective. One
 * target that was not measured keeps the whole from being met.
 */
export const lossOf = (record: RunRecord): LossSummary => {
  const objectiveSeconds = record.plan.objective.rpoSeconds;
  const measured = new Map<TargetId, Loss>();
  for (const { step, record: done } of stepsCalling(record, 'measureLoss')) {
    const target = targetOf(step);
    const loss = done === undefined ? undefined : factsOf(done).findLast((fact) => fact.loss !== undefined)?.loss;
    if (target === null || loss === undefined) continue;
    const objective = loss.objectiveSeconds ?? objectiveSeconds;
    const verdict = judgeLoss(loss.claimedSeconds, loss.proven, objective);
    measured.set(target, { ...loss, objectiveSeconds: objective, verdict });
  }
  const targets = record.plan.targets.map((target) => ({ target, loss: measured.get(target) ?? null }));
  const verdicts = targets.map(({ loss }) => loss?.verdict ?? 'not measured');
  return {
    verdict: verdicts.sort((a, b) => worse[b] - worse[a])[0] ?? 'not measured',
    objectiveSeconds,
    worst: worstOf([...measured.values()]),
    targets,
  };
};
