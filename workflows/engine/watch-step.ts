import { CancellationScope, isCancellation, proxyActivities, sleep } from '@temporalio/workflow';
import { storesQueue } from '../../src/domain/desk.ts';
import { parseDuration } from '../../src/domain/duration.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { WatchStep } from '../../src/domain/plan.ts';
import type { StepRecord } from '../../src/domain/run.ts';
import type { Call, Fact, Verbs } from '../../src/domain/verbs.ts';
import { afterMessages } from './attempt.ts';
import { absorb } from './do-step.ts';
import { readFailure } from './failure.ts';
import { attemptOptions } from './profiles.ts';
import type { Run } from './run.ts';
import { endWalk, failed, orderOf, planOf, titleOf } from './run.ts';
import { show } from './show.ts';

/**
 * Probes until green, at most for `leftMs`. The server repeats red probes by itself, so that an hour of red costs the
 * history no more than a second of it; this is the one activity that has a schedule-to-close time-out.
 */
const probe = (run: Run, step: WatchStep, greens: number, everyMs: number, leftMs: number): Promise<Fact> => {
  const plan = planOf(run);
  const summary = `${titleOf(run, step)}: green ${greens} of ${step.greens}`;
  const once = attemptOptions('quick', storesQueue(plan.region), summary);
  const untilGreen = { initialInterval: everyMs, maximumInterval: everyMs, backoffCoefficient: 1 };
  const verbs = proxyActivities<Verbs>({
    ...once,
    scheduleToCloseTimeout: leftMs,
    ...(greens === 0 ? { retry: untilGreen } : {}),
  });
  const act = verbs[step.check.verb] as (order: unknown, input: Call['with']) => Promise<Fact>;
  return act(orderOf(plan, step.id), step.check.with);
};

/**
 * Waits for `greens` green probes in a row; a red one starts the count again. What counts as the moment of health is
 * the first of them.
 * @throws DrError when it is not green in time, or never can be
 */
const watch = async (run: Run, step: WatchStep, record: StepRecord): Promise<void> => {
  const everyMs = parseDuration(step.every) ?? 1000;
  const deadline = Date.now() + (parseDuration(step.until) ?? 0);
  let streak: Fact[] = [];
  let red = new DrError('unreachable', 'no probe was green', 'look at the log of the service');
  while (streak.length < step.greens) {
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) {
      throw new DrError(
        red.kind,
        `not green ${step.greens} times in a row within ${step.until}: ${red.message}`,
        red.hint,
      );
    }
    try {
      streak.push(await afterMessages(probe(run, step, streak.length, everyMs, leftMs)));
    } catch (thrown) {
      if (isCancellation(thrown) && CancellationScope.current().consideredCancelled) throw thrown;
      const failure = readFailure(thrown);
      if (failure === null) throw thrown;
      if (failure.isPermanent) throw failure.error;
      red = failure.error;
      streak = [];
    }
    record.percent = Math.floor((streak.length / step.greens) * 100);
    show(run);
    if (streak.length < step.greens) await sleep(Math.min(everyMs, Math.max(1, deadline - Date.now())));
  }
  const first = streak[0];
  if (first !== undefined)
    record.fact = absorb(run, { ...streak.at(-1)!, beganAt: first.beganAt, stamps: first.stamps ?? {} });
};

/** A red watch asks a person, or ends the run as failed where the runbook says that nobody needs to be asked. */
export const watchStep = async (run: Run, step: WatchStep, record: StepRecord): Promise<void> => {
  try {
    await watch(run, step, record);
  } catch (error) {
    if (!(error instanceof DrError) || step.onRed === 'ask') throw error;
    record.failure = error.message;
    await endWalk(run, failed(new DrError(error.kind, `${step.says}: ${error.message}`, error.hint)));
  }
};
