import type { ActivityOptions } from '@temporalio/workflow';
import { ActivityCancellationType } from '@temporalio/workflow';
import { errorKinds } from '../../src/domain/errors.ts';
import type { Profile } from '../../src/domain/plan.ts';
import { cutText } from './text.ts';

/** How often and how patiently a kind of work is tried before a person is asked. */
export interface Limits {
  /** Failed attempts. A worker's death is none. */
  attempts: number;
  /** Pause after the first failure; it doubles up to `mostMs`. */
  firstMs: number;
  mostMs: number;
  /** One attempt; only a hang that still beats ever reaches it. */
  startToCloseMs: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

export const limits: Readonly<Record<Profile, Limits>> = {
  // Outlasts a minute without the vault, the store or the network.
  quick: { attempts: 8, firstMs: second, mostMs: 15 * second, startToCloseMs: 10 * minute },
  // Outlasts five minutes; units are ledgered, so an attempt costs only what it adds.
  bulk: { attempts: 10, firstMs: 2 * second, mostMs: minute, startToCloseMs: 12 * hour },
  // Waits for someone outside: a ticket, a provider's console.
  human: { attempts: 3, firstMs: minute, mostMs: 10 * minute, startToCloseMs: 7 * 24 * hour },
};

/** A worker that dies this often at one call is killed by it: that is a failure like any other. */
export const mostDeaths = 20;

/** How long an unattended drill waits for an answer before it gives up. */
export const drillPatienceMs = 10 * minute;

/** Pause after failure number `failures` (1 is the first). */
export const pauseAfter = (profile: Profile, failures: number): number =>
  Math.min(limits[profile].mostMs, limits[profile].firstMs * 2 ** (failures - 1));

/**
 * What comes back to the engine at once, to be counted by it: every failure with a name. What does not is retried by the
 * server, with the checkpoint and without waiting for the run: the death, shutdown or reset of a worker.
 */
const counted = [...Object.keys(errorKinds), 'TemporalTimeout:StartToClose'];

/**
 * Options of one counted attempt. The server's own retries are for deaths alone, because it counts those and failures
 * alike. There is no schedule-to-close time-out: a backlog, a paused activity or a long outage is not a failure.
 */
export const attemptOptions = (profile: Profile, taskQueue: string, summary: string): ActivityOptions => ({
  taskQueue,
  summary: cutText(summary, 200),
  startToCloseTimeout: limits[profile].startToCloseMs,
  heartbeatTimeout: 10 * second,
  retry: {
    maximumAttempts: mostDeaths,
    initialInterval: second,
    backoffCoefficient: 1,
    nonRetryableErrorTypes: counted,
  },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
