import { Context } from '@temporalio/activity';
import type { Progress, Work } from '../src/stores/port.ts';

/** By clock and not by batch: a slow unit must not look like a dead worker. */
const everyMs = 2_000;

/**
 * Lends an activity its {@link Work}: progress goes to Temporal every two seconds, cancellation comes back as `signal`.
 * Disposing it stops the clock.
 */
export const startBeat = (says: string, parallel: number): Disposable & { work: Work } => {
  const context = Context.current();
  let latest: Progress = { says, bytes: 0, totalBytes: null };
  context.heartbeat(latest);
  const clock = setInterval(() => context.heartbeat(latest), everyMs);
  const beat = (progress: Progress): void => {
    latest = progress;
  };
  return {
    work: { signal: context.cancellationSignal, beat, parallel },
    [Symbol.dispose]: () => clearInterval(clock),
  };
};
