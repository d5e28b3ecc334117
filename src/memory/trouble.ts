import type { ErrorKind } from '../domain/errors.ts';

/**
 * Something that goes wrong in a memory database, for tests of whoever uses a store:
 *
 *     memoryServer.create(url).troubles.push(
 *       { on: 'restore', unit: (id) => id === 'data/0/3', when: 'after', times: 1, does: { fail: 'unreachable' } });
 */
export interface Trouble {
  /** The call of the Store port that suffers. `canary` and `fence` stand for all calls of that capability. */
  on:
    | 'open'
    | 'inspect'
    | 'stamp'
    | 'snapshot'
    | 'begin'
    | 'restore'
    | 'ledger'
    | 'end'
    | 'fingerprint'
    | 'fence'
    | 'canary'
    | 'checks';
  /** The units it concerns; every one when absent. */
  unit?: (id: string) => boolean;
  /**
   * `before` anything is done; `half-way`, with the streams read and nothing committed (snapshot and restore only);
   * `after` the commit, so that only the answer is lost.
   */
  when: 'before' | 'half-way' | 'after';
  /** How often it happens; for ever when absent. */
  times?: number;
  /** Fails with a `DrError` of that kind, takes so long, or lasts until the promise is kept. */
  does: { fail: ErrorKind } | { waitMs: number } | { waitFor: Promise<unknown> };
}
