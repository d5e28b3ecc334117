import { condition } from '@temporalio/workflow';
import { DrError, describeError } from '../../src/domain/errors.ts';
import type { DoStep, Profile, Step, UnitsStep, WatchStep } from '../../src/domain/plan.ts';
import type { StepRecord } from '../../src/domain/run.ts';
import type { Call, Fact } from '../../src/domain/verbs.ts';
import { ask } from './ask.ts';
import { attempt, callOnce } from './attempt.ts';
import type { Run } from './run.ts';
import { now, orderOf, planOf, titleOf } from './run.ts';
import { show } from './show.ts';
import { mergeStamps } from './stamps.ts';

/** Takes over what a fact says about the run as a whole. */
export const absorb = (run: Run, fact: Fact): Fact => {
  if (fact.stamps !== undefined) run.stamps = mergeStamps(run.stamps, fact.stamps);
  run.findings.push(...(fact.findings ?? []));
  return fact;
};

/** One call of a step under its profile. @throws DrError when the profile is exhausted or the failure permanent */
export const call = async (run: Run, step: Step, verb: Call, profile: Profile, what = ''): Promise<Fact> => {
  const plan = planOf(run);
  const summary = `${what}${titleOf(run, step)}`;
  const options = { order: orderOf(plan, step.id), region: plan.region, call: verb, profile, summary };
  const fact = await attempt(
    profile,
    () => callOnce(options),
    (number, because) => {
      const record = run.steps.find((one) => one.id === step.id);
      if (record !== undefined) record.failure = `attempt ${number} follows: ${because.message}`;
      show(run);
    },
  );
  return absorb(run, fact);
};

/**
 * Runs a body until it succeeds or a person lets it go. A failure asks: retry, skip where that is safe, or abort.
 * @throws what cancelled the scope; never a DrError
 */
export const untilSettled = async (
  run: Run,
  step: DoStep | UnitsStep | WatchStep,
  record: StepRecord,
  body: () => Promise<void>,
): Promise<void> => {
  for (;;) {
    record.attempts += 1;
    try {
      await body();
      delete record.failure;
      delete record.evidence;
      return;
    } catch (error) {
      if (!(error instanceof DrError)) throw error;
      record.state = 'asking';
      record.failure = describeError(error);
      record.evidence = error.evidence;
      const skippable = step.kind === 'do' ? step.skippable : undefined;
      const { skipped } = await ask(run, step, error, skippable);
      if (skipped !== undefined) {
        record.state = 'skipped';
        record.skipped = skipped;
        return;
      }
      record.state = 'running';
      show(run);
      await condition(() => run.hold === null);
    }
  }
};

/**
 * Run, then verify; a step whose verify failed is not done, and nothing after it starts. A retry does both again.
 */
export const doStep = async (run: Run, step: DoStep, record: StepRecord): Promise<void> => {
  const profile = step.profile ?? 'quick';
  record.fact = await call(run, step, step.run, profile);
  record.verified = await call(run, step, step.verify, profile, 'verify ');
  record.endedAt = now();
};
