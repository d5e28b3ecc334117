import { CancellationScope, isCancellation, proxyActivities, sleep } from '@temporalio/workflow';
import type { Desk } from '../../src/domain/desk.ts';
import { controlQueue, storesQueue } from '../../src/domain/desk.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { Plan, Profile } from '../../src/domain/plan.ts';
import type { Call, Fact, Order, Verbs } from '../../src/domain/verbs.ts';
import { readFailure } from './failure.ts';
import { attemptOptions, limits, mostDeaths, pauseAfter } from './profiles.ts';
import { cutText } from './text.ts';

/** Told before each further attempt, with the reason. */
export type OnRetry = (attempt: number, because: DrError) => void;

/**
 * Tries until it succeeds, its profile is exhausted or the failure is permanent. Failed attempts are counted here and
 * deaths of workers apart from them, which the server's retry policy cannot: it counts both alike.
 * @throws DrError the last failure; what cancelled the scope
 */
export const attempt = async <T>(profile: Profile, act: () => Promise<T>, onRetry: OnRetry): Promise<T> => {
  let failures = 0;
  let deaths = 0;
  for (;;) {
    try {
      return await act();
    } catch (thrown) {
      if (isCancellation(thrown) && CancellationScope.current().consideredCancelled) throw thrown;
      const failure = readFailure(thrown);
      if (failure === null) throw thrown;
      const { error } = failure;
      if (failure.isPermanent) throw error;
      if (failure.isDeath) deaths += 1;
      else failures += 1;
      if (failures >= limits[profile].attempts) throw error;
      if (deaths >= mostDeaths) {
        throw new DrError('interrupted', `${error.message}, ${deaths} times at this call`, error.hint);
      }
      onRetry(failures + deaths + 1, error);
      if (failure.isDeath) continue;
      const pause = pauseAfter(profile, failures);
      await sleep(pause, { summary: cutText(`again in ${pause / 1000} s: ${error.message}`, 200) });
    }
  }
};

/** The engine's own activities, on the control queue. */
export const desk = (profile: Profile, summary: string) =>
  proxyActivities<Desk>(attemptOptions(profile, controlQueue, summary));

/** One attempt at a verb, on the queue of the region's stores. */
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
