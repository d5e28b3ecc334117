import type { ChainableCommander, Redis } from 'ioredis';
import { DrError } from '../../../domain/errors.ts';
import { selectionKey } from '../../../domain/filter.ts';
import type { Writer } from '../../port.ts';
import { parseMark } from '../mark.ts';
import { ownKeys } from '../meta.ts';

/**
 * How the data of a whole server gets there. `loading`: somebody serves it the set as its master would; `loaded`: all of it
 * is there, and units only have to be entered; `by keys`: the server cannot be served, each unit brings its keys.
 */
export type LoadState = '' | 'loading' | 'loaded' | 'by keys';

/** Who restores, and how far that is. */
export interface Guard {
  epoch: number;
  run: string | null;
  what: string | null;
  state: LoadState;
  /** `host:port` that serves, or served. */
  loader: string;
  /** The server's clock when it began to, in milliseconds. */
  since: number;
  /** The setting `repl-diskless-load` as it was. */
  was: string;
  markEpoch: number;
}

/** What is restored: the set, and what of it. */
export const whatOf = ({ set, selection }: Writer): string => `${set} ${selectionKey(selection)}`.trimEnd();

export const readGuard = async (redis: Redis): Promise<Guard> => {
  const [guard, mark] = await Promise.all([redis.hgetall(ownKeys.guard), redis.get(ownKeys.mark)]);
  return {
    epoch: Number(guard.epoch ?? 0),
    run: guard.run ?? null,
    what: guard.what ?? null,
    state: (guard.state ?? '') as LoadState,
    loader: guard.loader ?? '',
    since: Number(guard.since ?? 0),
    was: guard.was ?? '',
    markEpoch: parseMark(mark)?.epoch ?? 0,
  };
};

/** @throws DrError `stale-epoch` */
export const checkEpoch = ({ epoch, markEpoch }: Guard, by: Writer): void => {
  const newest = Math.max(epoch, markEpoch);
  if (by.epoch >= newest) return;
  throw new DrError(
    'stale-epoch',
    `the place is at epoch ${newest}, and run ${by.run} writes under ${by.epoch}`,
    'a later run took the place over: end this one',
  );
};

export const isOf = (guard: Guard, by: Writer): boolean =>
  guard.run === by.run && guard.what === whatOf(by) && guard.epoch === by.epoch;

/** @throws DrError `stale-epoch`, `refused` */
export const checkWriter = (guard: Guard, by: Writer): void => {
  checkEpoch(guard, by);
  if (isOf(guard, by)) return;
  throw new DrError(
    'refused',
    `run ${by.run} has no ledger in this place: it has not begun, or it has ended`,
    'begin the restore first; a unit that comes after the end is not applied',
  );
};

/** Touched by whoever enters that unit, and never there: watching it tells that somebody else was first. */
export const unitKey = (unit: string): string => `${ownKeys.ledger}:${unit}`;

/** One command of a transaction; its name is small, as the driver has it. */
export type Command = [name: string, ...args: (string | Buffer)[]];

/** Enters a unit: for the transaction that brings its data. */
export const entering = (unit: string, entry: object): Command[] => [
  ['hset', ownKeys.ledger, unit, JSON.stringify(entry)],
  ['set', unitKey(unit), '1'],
  ['del', unitKey(unit)],
];

/** Executes a transaction of a connection that watches. @returns null when what it watches had changed */
export const execute = async (tx: Pick<ChainableCommander, 'exec'>): Promise<unknown[] | null> => {
  const results = await tx.exec();
  if (results === null) return null;
  const failed = results.find(([error]) => error !== null);
  if (failed !== undefined) throw failed[0];
  return results.map(([, answer]) => answer);
};

/** Commands sent in one piece: while the driver holds one, it takes some kilobytes. */
const mostSent = 256;

const batches = function* (commands: Iterable<Command>): Iterable<Command[]> {
  let batch: Command[] = [];
  for (const command of commands) {
    if (batch.push(command) < mostSent) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
};

/** Executes a transaction of any length on a connection that watches. @returns null when what it watches had changed */
export const executeAll = async (redis: Redis, commands: Iterable<Command>): Promise<unknown[] | null> => {
  await redis.multi({ pipeline: false });
  for (const batch of batches(commands)) await execute(redis.pipeline(batch));
  return execute(redis);
};

/** Units that the ledger holds for this writer. */
export const readLedger = async (redis: Redis, by: Writer): Promise<Set<string>> =>
  isOf(await readGuard(redis), by) ? new Set(await redis.hkeys(ownKeys.ledger)) : new Set();

/** Drops the ledger of this writer; that of another stays. */
export const dropLedger = async (redis: Redis, by: Writer): Promise<void> => {
  for (;;) {
    await redis.watch(ownKeys.guard);
    const guard = await readGuard(redis);
    if (!isOf(guard, by)) {
      await redis.unwatch();
      return;
    }
    const tx = redis.multi().del(ownKeys.guard).hset(ownKeys.guard, 'epoch', String(guard.epoch)).del(ownKeys.ledger);
    if ((await execute(tx)) !== null) return;
  }
};
