import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import { checkPhases } from '../../src/domain/check-phases.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { RunResult } from '../../src/domain/run.ts';
import { ask } from './ask.ts';
import { attempt, desk } from './attempt.ts';
import { runClerk } from './clerk.ts';
import { conclude, endWithoutPlan } from './conclude.ts';
import { failureOf } from './failure.ts';
import { hearPlaces, releaseAll, takeAll } from './locks.ts';
import { listen } from './messages.ts';
import type { Run } from './run.ts';
import { addNote, failed, openRun, stopRun } from './run.ts';
import { answerStatus, show } from './show.ts';
import { mergeStamps, stampsOfInput } from './stamps.ts';
import { cleanUp, reportLeftovers, undoAll } from './undo.ts';
import { hearProgress } from './units-step.ts';
import { walkPhase } from './walk-phase.ts';

/** Runbooks that are workflows: what an unknown workflow type is answered with. */
const names: string[] = [];

/** Bad input ends the run at once; a vault that cannot be reached is asked about like any failed step. */
const freeze = async (run: Run, raw: unknown): Promise<Plan> => {
  const act = () =>
    desk('quick', 'make the plan').freezePlan({ runbook: run.name, run: run.id, raw, at: run.startedAt });
  for (;;) {
    try {
      return await attempt('quick', act, () => {});
    } catch (error) {
      if (!(error instanceof DrError) || error.isPermanent) throw error;
      await ask(run, { id: 'plan', says: 'make the plan' }, error, undefined);
    }
  }
};

/** A plan that cannot be walked to its end is refused before its first step. @throws DrError `refused`, all faults at once */
const checkPlan = (plan: Plan): void => {
  const problems = checkPhases(plan.phases);
  if (problems.length === 0) return;
  throw new DrError('refused', `the plan of ${plan.runbook} cannot run: ${problems.join('; ')}`, 'correct the runbook');
};

const adopt = (run: Run, plan: Plan): void => {
  checkPlan(plan);
  run.plan = plan;
  run.steps = plan.phases.flatMap((phase) =>
    phase.steps.map(({ id, kind, says }) => ({
      id,
      phase: phase.id,
      kind,
      says,
      state: 'waiting' as const,
      attempts: 0,
    })),
  );
  run.stamps = mergeStamps(run.stamps, stampsOfInput(plan.input));
  const { person, proven } = plan.starter;
  const who = person === null ? 'someone who gave no name' : `${person}, ${proven ? 'proven by a code' : 'not proven'}`;
  addNote(run, `started by ${who}${proven ? '' : ': a gate needs two different people'}`);
  show(run);
};

const work = async (run: Run, raw: unknown): Promise<void> => {
  const plan = await freeze(run, raw);
  adopt(run, plan);
  if (plan.mode === 'plan') return;
  await takeAll(run, plan.locks);
  for (const phase of plan.phases) await walkPhase(run, phase);
};

/** Stops are cancellations of the work; a DrError here is one that nobody could be asked about. */
const settle = (run: Run, error: unknown): void => {
  if (error instanceof DrError) {
    run.stop ??= failed(error);
    return;
  }
  if (run.stop === null || !isCancellation(error)) throw error;
};

const conduct = async (run: Run, raw: unknown): Promise<RunResult> => {
  try {
    await run.work.run(() => work(run, raw));
  } catch (error) {
    settle(run, error);
  }
  if (run.plan === null) return endWithoutPlan(run);
  if (run.stop !== null) {
    run.ending = 'undoing';
    show(run);
    await undoAll(run);
  } else if (run.plan.mode === 'drill') {
    run.ending = 'closing';
    await cleanUp(run);
  } else {
    run.ending = 'closing';
    reportLeftovers(run);
  }
  await releaseAll(run);
  return conclude(run);
};

/**
 * A runbook as a workflow: freezes the plan once, then walks it. Input is one object, or nothing. Cancelling it means
 * abort: everything that can be undone is, and the run answers with its outcome.
 * @throws ApplicationFailure when the run failed, with a kind as type and the result as detail
 */
export const walk = (name: string): ((raw?: unknown) => Promise<RunResult>) => {
  names.push(name);
  return (raw) => {
    const root = CancellationScope.current();
    return CancellationScope.nonCancellable(async () => {
      const run = openRun(name);
      root.cancelRequested.catch(() => {
        stopRun(run, { outcome: 'aborted', because: 'cancelled in Temporal, which means abort' });
        addNote(run, 'cancelled in Temporal');
        show(run);
      });
      listen(run);
      hearProgress(run);
      hearPlaces(run);
      answerStatus(run);
      show(run);
      void runClerk(run);
      return conduct(run, raw ?? null);
    });
  };
};

/** Answers a workflow type that does not exist: without this it would hang until someone looks. */
export const unknownRunbook = async (): Promise<never> => {
  const { workflowType } = workflowInfo();
  const legal = names.toSorted().join(', ');
  throw failureOf(new DrError('unknown-name', `no runbook ${workflowType}; legal: ${legal}`, 'start one of those'));
};
