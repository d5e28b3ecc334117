import { CancellationScope, isCancellation, proxyActivities, sleep } from '@temporalio/workflow';
import type { Desk } from '../../src/domain/desk.ts';
import { controlQueue, storesQueue } from '../../src/domain/desk.ts';
import type { DrError } from '../../src/domain/errors.ts';
import type { Plan, Profile } from '../../src/domain/plan.ts';
import type { Call, Fact, Order, Verbs } from '../../src/domain/verbs.ts';
import { readFailure } from './failure.ts';
import { attemptOptions, limits, pauseAfter } from './profiles.ts';
import { cutText } from './text.ts';

/** Told before each further attempt, with the reason. */
export type OnRetry = (attempt: number, because: DrError) => void;

/** Turns of the microtask queue: more than it takes from a message to the command that it leads to. */
const turns = 50;

/**
 * A result, once everything has begun that messages of the same workflow task lead to. A replay may hand over in one task
 * what came in two, always messages first: commands are in the same order then only when a message never comes second.
 */
export const afterMessages = async <T>(result: Promise<T>): Promise<T> => {
  try {
    return await result;
  } finally {
    for (let turn = 0; turn < turns; turn += 1) await null;
  }
};

/**
 * Tries until it succeeds, its profile is exhausted or the failure is permanent. Failures are counted here; the deaths of
 * workers never get here, see `attemptOptions`.
 * @throws DrError the last failure; what cancelled the scope
 */
export const attempt = async <T>(profile: Profile, act: () => Promise<T>, onRetry: OnRetry): Promise<T> => {
  for (let failures = 1; ; failures += 1) {
    try {
      return await afterMessages(act());
    } catch (thrown) {
      if (isCancellation(thrown) && CancellationScope.current().consideredCancelled) throw thrown;
      const failure = readFailure(thrown);
      if (failure === null) throw thrown;
      const { error, isPermanent } = failure;
      if (isPermanent || failures >= limits[profile].attempts) throw error;
      onRetry(failures + 1, error);
      const pause = pauseAfter(profile, failures);
      await sleep(pause, { summary: cutText(`again in ${pause / 1000} s: ${error.message}`, 200) });
    }
  }
};

/** The engine's own activities, on the control queue. */
export const desk = (profile: Profile, summary: string) =>
  proxyActivities<Desk>(attemptOptions(profile, controlQueue, summary));

/** One counted attempt at a verb, on the queue of the region's stores. */
export const callOnce = (options: {
  order: Order;
  region: Plan['region'];
  call: Call;
  profile: Profile;
  summary: string;
}): Promise<Fact> => {
  const { order, region, call, profile, summary } = options;
  const verbs = proxyActivities<Verbs>(attemptOptions(profile, storesQueue(region), summary));
  const act = verbs[call.verb] as (order: Order, input: Call['with']) => Promise<Fact>;
  return act(order, call.with);
};
