import { condition } from '@temporalio/workflow';
import { parseDuration } from '../../src/domain/duration.ts';
import type { GateStep } from '../../src/domain/plan.ts';
import { judgeGate } from '../../src/domain/risk.ts';
import type { OpenGate, Run } from './run.ts';
import { beginWait, endWalk, now, planOf } from './run.ts';
import { show } from './show.ts';
import { mergeStamps } from './stamps.ts';

const approved = (run: Run, step: GateStep): string => {
  const people = run.decisions.filter((one) => one.gate === step.id).map((one) => one.person);
  if (people.length === 0) return 'needs nobody';
  run.stamps = mergeStamps(run.stamps, { approved: { at: now(), source: 'history' } });
  return `approved by ${[...new Set(people)].join(' and ')}`;
};

/**
 * Waits until enough proven people approved this very plan. A denial, or nobody in time, aborts the run.
 * @throws what cancelled the scope
 */
export const passGate = async (run: Run, step: GateStep): Promise<string> => {
  const { starter } = planOf(run);
  const judge = () =>
    judgeGate(
      step.risk,
      starter,
      run.decisions.filter((one) => one.gate === step.id),
    );
  if (judge().state === 'approved') return approved(run, step);
  const patience = parseDuration(step.expires) ?? 0;
  const gate: OpenGate = {
    id: step.id,
    asks: step.asks,
    risk: step.risk,
    expiresAt: new Date(Date.now() + patience).toISOString(),
  };
  const endWait = beginWait(run, 'approval', step.id, step.asks);
  run.gates.push(gate);
  show(run);
  try {
    await condition(() => judge().state !== 'open', patience, { summary: `gate ${step.id}` });
  } finally {
    endWait();
    run.gates = run.gates.filter((one) => one !== gate);
  }
  const verdict = judge();
  if (verdict.state === 'approved') return approved(run, step);
  const because =
    verdict.state === 'denied'
      ? `${verdict.by} denied gate ${step.id}`
      : `nobody opened gate ${step.id} within ${step.expires}`;
  return endWalk(run, { outcome: 'aborted', because });
};
