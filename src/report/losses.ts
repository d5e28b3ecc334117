import type { Verdict } from '../domain/clocks.ts';
import type { Loss } from '../domain/loss.ts';
import { judgeLoss } from '../domain/loss.ts';
import type { RunRecord } from '../domain/run.ts';
import type { TargetId } from '../domain/words.ts';
import type { LossSummary } from './report.ts';
import { factsOf, objectiveOf, stepsCalling, targetOf } from './steps.ts';

const worse: Record<Verdict, number> = { missed: 2, 'not measured': 1, met: 0 };

const seconds = (loss: Loss): number => Math.max(loss.claimedSeconds ?? 0, loss.proven?.seconds ?? 0);

interface TargetLoss {
  target: TargetId;
  loss: Loss;
}

const worstOf = (losses: readonly TargetLoss[]): TargetLoss | null =>
  losses.reduce<TargetLoss | null>((worst, one) => {
    if (worst === null) return one;
    const difference = worse[one.loss.verdict] - worse[worst.loss.verdict];
    return difference > 0 || (difference === 0 && seconds(one.loss) > seconds(worst.loss)) ? one : worst;
  }, null);

/**
 * Loss of every target that the plan restores data of, judged again from its numbers against what it was promised. One
 * target that was not measured keeps the whole from being met.
 */
export const lossOf = (record: RunRecord): LossSummary => {
  const { plan } = record;
  const measured = new Map<TargetId, Loss>();
  for (const { step, record: done } of stepsCalling(record, 'measureLoss')) {
    const target = targetOf(step);
    const loss = done === undefined ? undefined : factsOf(done).findLast((fact) => fact.loss !== undefined)?.loss;
    if (target === null || loss === undefined) continue;
    const objective = loss.objectiveSeconds ?? objectiveOf(plan, target).rpoSeconds;
    const verdict = judgeLoss(loss.claimedSeconds, loss.proven, objective);
    measured.set(target, { ...loss, objectiveSeconds: objective, verdict });
  }
  const targets = plan.targets.map((target) => ({ target, loss: measured.get(target) ?? null }));
  const verdicts = targets.map(({ loss }) => loss?.verdict ?? 'not measured');
  const worst = worstOf([...measured].map(([target, loss]) => ({ target, loss })));
  return {
    verdict: verdicts.sort((a, b) => worse[b] - worse[a])[0] ?? 'not measured',
    objectiveSeconds: plan.objective.rpoSeconds,
    worst: worst?.loss ?? null,
    worstTarget: worst?.target ?? null,
    targets,
  };
};
