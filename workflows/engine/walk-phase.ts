import { condition, isCancellation } from '@temporalio/workflow';
import type { Phase, Step } from '../../src/domain/plan.ts';
import type { StepRecord } from '../../src/domain/run.ts';
import { doStep, untilSettled } from './do-step.ts';
import { passGate } from './gate-step.ts';
import { releaseAll, takeAll, takeFor } from './locks.ts';
import type { Run } from './run.ts';
import { now, planOf, recordOf } from './run.ts';
import { show } from './show.ts';
import { spendUndo } from './undo.ts';
import { unitsStep } from './units-step.ts';
import { watchStep } from './watch-step.ts';

/** What is registered before it acts can be taken back whatever the act comes to. */
const registerUndo = (run: Run, step: Step): void => {
  if (step.kind === 'do' || step.kind === 'units') run.undos.push({ step: step.id, undo: step.undo });
};

const act = async (run: Run, step: Step, record: StepRecord): Promise<void> => {
  if (step.kind === 'gate') {
    record.attempts = 1;
    const says = await passGate(run, step);
    record.fact = { says, beganAt: record.startedAt!, endedAt: now() };
    return;
  }
  await untilSettled(run, step, record, async () => {
    if (step.kind === 'watch') return watchStep(run, step, record);
    if (step.kind === 'units') {
      await takeAll(run, planOf(run).locks.includes(step.site.place.id) ? [step.site.place.id] : []);
      return unitsStep(run, step, record);
    }
    await takeFor(run, step.run);
    return doStep(run, step, record);
  });
};

/** Waits while the run is on hold, then does one step and records what became of it. */
const walkStep = async (run: Run, step: Step): Promise<void> => {
  await condition(() => run.hold === null);
  const record = recordOf(run, step.id);
  record.state = 'running';
  record.startedAt = now();
  registerUndo(run, step);
  show(run);
  await act(run, step, record);
  record.endedAt = now();
  if (record.state === 'running') {
    record.state = 'done';
    if (step.kind === 'do') spendUndo(run, step.run);
  }
  show(run);
};

/**
 * Walks the steps of a phase: each as soon as those it names in `after` are done, the others at once. Ends when all
 * have settled, so that nothing is in flight any more when an abort begins to undo.
 * @throws what cancelled the work; a defect of the engine
 */
export const walkPhase = async (run: Run, phase: Phase): Promise<void> => {
  run.phase = phase.id;
  show(run);
  const begun = new Map<string, Promise<void>>();
  const begin = (step: Step): Promise<void> => {
    const known = begun.get(step.id);
    if (known !== undefined) return known;
    const first = phase.steps.filter((one) => step.after?.includes(one.id));
    const walking = Promise.all(first.map(begin)).then(() => walkStep(run, step));
    begun.set(step.id, walking);
    return walking;
  };
  const settled = await Promise.allSettled(phase.steps.map(begin));
  const thrown = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (thrown.length > 0) throw thrown.find((one) => !isCancellation(one)) ?? thrown[0];
  if (run.stamps.healthy !== undefined) await releaseAll(run);
};
