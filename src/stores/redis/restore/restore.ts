import { setTimeout as sleep } from 'node:timers/promises';
import type { Source } from '../../../domain/data.ts';
import type { Applied, Unit, Writer } from '../../port.ts';
import { refuseForeign } from '../../refuse-foreign.ts';
import { readClock } from '../connection/info.ts';
import type { Link } from '../connection/link.ts';
import type { Session } from '../connection/session.ts';
import { ownKeys, type RedisMeta, streamOf } from '../meta.ts';
import { rdbReader } from '../rdb/reader.ts';
import { isByObject, isEverything } from '../selection.ts';
import { units } from '../units.ts';
import { wantedBy } from '../wanted.ts';
import { readFollowing, refuseFollower, release, watchLoader } from './follow.ts';
import { type Command, checkWriter, entering, execute, executeAll, type Guard, readGuard, unitKey } from './ledger.ts';
import { loadAll } from './load-all.ts';
import { bringing, keysOf, readStream } from './load-part.ts';
import { waitForDisk } from './wait-for-disk.ts';

const pollMs = 25;

/** What to do with a unit next. */
type Next = Applied | 'load all' | 'wait' | 'again';

const again: Applied = { wasApplied: false, rows: 0, bytes: 0 };

/** Watches what must not change until the unit is entered, and reads it. @throws DrError `stale-epoch`, `refused` */
const look = async ({ redis }: Link, unit: Unit, by: Writer): Promise<{ guard: Guard; isEntered: boolean }> => {
  await redis.watch(ownKeys.guard, ownKeys.mark, unitKey(unit.id));
  const guard = await readGuard(redis);
  checkWriter(guard, by);
  return { guard, isEntered: (await redis.hexists(ownKeys.ledger, unit.id)) === 1 };
};

/** Brings the keys of a part with RESTORE, in one transaction with its entry. */
const loadPart = async (
  session: Session,
  link: Link,
  unit: Unit,
  meta: RedisMeta,
  from: Source,
  by: Writer,
): Promise<Next> => {
  const { selection = {} } = by;
  const stream = await readStream(session, from, streamOf(partOf(unit) + 1), unit.says);
  const bytes = stream.length;
  session.goOn();
  const { isEntered } = await look(link, unit, by);
  if (isEntered) {
    await link.redis.unwatch();
    return { ...again, bytes };
  }
  const keys = keysOf(stream, meta, wantedBy(selection));
  const commands = function* (): Iterable<Command> {
    yield* bringing(session, keys);
    session.goOn();
    yield* entering(unit.id, isByObject(meta, selection) ? { keys: keys.count() } : keys.entry());
  };
  try {
    if ((await executeAll(link.redis, commands())) === null) return 'again';
  } catch (error) {
    // Some key was refused when the others and the entry were there already: it is not done.
    await link.redis.hdel(ownKeys.ledger, unit.id).catch(() => {});
    throw error;
  }
  return { wasApplied: true, rows: keys.count(), bytes };
};

/** It takes what it is served just now, and answers nothing else. */
const isLoading = (error: unknown): boolean => error instanceof Error && /^LOADING/.test(error.message);

const partOf = ({ id }: Unit): number => Number(id.split('/')[1]);

/** Enters a unit that has nothing to bring any more. */
const enter = async (link: Link, unit: Unit, keys: number, bytes: number): Promise<Next> => {
  const tx = link.redis.multi(entering(unit.id, { keys }));
  return (await execute(tx)) === null ? 'again' : { wasApplied: true, rows: keys, bytes };
};

const loadFunctions = async (
  session: Session,
  link: Link,
  unit: Unit,
  meta: RedisMeta,
  from: Source,
): Promise<Next> => {
  const libraries: Buffer[] = [];
  const stream = await readStream(session, from, streamOf(0), unit.says);
  // Without what begins an RDB: entries of a head are entries like others.
  rdbReader({ key() {}, library: (code) => void libraries.push(code) }, false).push(stream.subarray(9), true);
  const loading = libraries.map((code): Command => ['function', 'LOAD', 'REPLACE', code]);
  const commands = [...loading, ...entering(unit.id, { keys: meta.libraries.length })];
  return (await executeAll(link.redis, commands)) === null
    ? 'again'
    : { wasApplied: true, rows: meta.libraries.length, bytes: stream.length };
};

/** Applies one unit exactly once: its entry is made in the transaction that brings its keys, or comes with all the data. */
export const restore = async (
  session: Session,
  unit: Unit,
  meta: RedisMeta,
  from: Source,
  by: Writer,
): Promise<Applied> => {
  const { selection = {} } = by;
  refuseForeign(units(meta, unit.stage, selection), unit, by);
  const mayBeServed = meta.isWhole && isEverything(selection);
  const loaderIs = watchLoader();

  const step = async (link: Link): Promise<Next> => {
    const { redis } = link;
    const { guard, isEntered } = await look(link, unit, by);
    if (isEntered) {
      await redis.unwatch();
      return again;
    }
    const following = await readFollowing(redis);
    refuseFollower(following, guard, session.where);
    if (following.master !== null || guard.state === 'loading') {
      await redis.unwatch();
      if (loaderIs(following, guard, await readClock(redis)) === 'alive') return 'wait';
      await release(redis, guard);
      const { state } = await readGuard(redis);
      if (state === 'loading') await redis.hset(ownKeys.guard, 'state', '');
      return 'again';
    }
    if (unit.stage === 'schema') return loadFunctions(session, link, unit, meta, from);
    if (unit.stage === 'finish') {
      await waitForDisk(session, link);
      return enter(link, unit, 0, 0);
    }
    const part = meta.parts[partOf(unit)]!;
    if (guard.state === 'loaded') return enter(link, unit, part.keys, part.bytes);
    if (mayBeServed && guard.state === '') {
      await redis.unwatch();
      const entered = await redis.hkeys(ownKeys.ledger);
      if (!entered.some((id) => id.startsWith('data/'))) return 'load all';
    }
    return loadPart(session, link, unit, meta, from, by);
  };

  for (;;) {
    const next = await session.run(unit.says, (link) =>
      step(link).catch((error: unknown): Next => {
        if (isLoading(error)) return 'wait';
        throw error;
      }),
    );
    if (typeof next === 'object') return next;
    if (next === 'load all') await loadAll(session, meta, from, by);
    if (next === 'wait') {
      session.work.beat({ says: `${unit.says}: waiting until the server has loaded`, bytes: 0, totalBytes: null });
      await sleep(pollMs);
    }
  }
};
