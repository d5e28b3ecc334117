import { setTimeout as sleep } from 'node:timers/promises';
import type { Source } from '../../../domain/data.ts';
import { DrError, isDrError } from '../../../domain/errors.ts';
import { interrupted } from '../../failure.ts';
import type { Writer } from '../../port.ts';
import { orStop } from '../../together.ts';
import { endOfRdb } from '../backup/parts.ts';
import { failureOf, saidFirst } from '../connection/failure.ts';
import { readClock, readInfo, readSetting } from '../connection/info.ts';
import { connect, type Link } from '../connection/link.ts';
import type { Session } from '../connection/session.ts';
import { ownKeys, type RedisMeta, streamOf } from '../meta.ts';
import { readFollowing, release } from './follow.ts';
import { checkWriter, execute, readGuard } from './ledger.ts';
import { ownEntries } from './own-entries.ts';
import { type Master, serveRdb } from './serve-rdb.ts';

const pollMs = 10;
const cleanUpMs = 800;
/** How long the server may take to come for what it is served. */
const comeMs = 10_000;

/** The set as one RDB, with the product's own keys as they are to be once it is loaded. */
const streamsOf = async function* (
  session: Session,
  meta: RedisMeta,
  from: Source,
  own: Buffer,
): AsyncIterable<Uint8Array> {
  let bytes = 0;
  const total = meta.parts.reduce((sum, part) => sum + part.bytes, 0);
  for (let n = 0; n <= meta.parts.length; n += 1) {
    for await (const piece of from.read(streamOf(n))) {
      session.goOn();
      yield piece;
      bytes += piece.length;
      session.work.beat({ says: 'serving the set to the server', bytes, totalBytes: total });
    }
  }
  yield own;
  yield endOfRdb;
};

/** Says that the server will be served. @returns false when somebody else says so, or this cannot be done here */
const claim = async (link: Link, by: Writer, loader: string): Promise<boolean> => {
  const { redis } = link;
  const isSecure = (await readSetting(redis, 'tls-replication')) === 'yes';
  const was = await readSetting(redis, 'repl-diskless-load');
  await redis.watch(ownKeys.guard, ownKeys.mark);
  const guard = await readGuard(redis);
  checkWriter(guard, by);
  if (guard.state !== '') {
    await redis.unwatch();
    return false;
  }
  const fields = isSecure
    ? { state: 'by keys' }
    : { state: 'loading', loader, since: String(await readClock(redis)), was: was === 'swapdb' ? '' : (was ?? '') };
  const tx = redis.multi().hset(ownKeys.guard, fields);
  return (await execute(tx)) !== null && !isSecure;
};

/** Lets the server follow us, unless the place was taken over meanwhile. */
const follow = async (link: Link, by: Writer, { host, port }: Master): Promise<boolean> => {
  const { redis } = link;
  await redis.call('CONFIG', 'SET', 'repl-diskless-load', 'swapdb').catch(() => {});
  await redis.watch(ownKeys.guard, ownKeys.mark);
  checkWriter(await readGuard(redis), by);
  return (await execute(redis.multi().call('REPLICAOF', host, String(port)))) !== null;
};

/** Returns when the server has loaded everything. */
const waitUntilLoaded = async (session: Session, link: Link, master: Master): Promise<void> => {
  const began = performance.now();
  for (;;) {
    session.goOn();
    const following = await readFollowing(link.redis);
    if (following.master !== `${master.host}:${master.port}`) {
      throw new DrError(
        'stale-epoch',
        `${session.where} stopped following while it was filled`,
        'a later run took the place over: end this one',
      );
    }
    if (following.isLoaded && master.hasServed()) return;
    if (!master.hasCome() && performance.now() - began > comeMs) throw new NotServed();
    await Promise.race([sleep(pollMs), master.failed]);
  }
};

/** The server does not reach us, or may not be told to follow. */
class NotServed extends Error {}

const isNotAllowed = (error: unknown): boolean =>
  error instanceof Error && !isDrError(error) && /^NOPERM|unknown command|^ERR .*not allowed/i.test(saidFirst(error));

/** Leaves the server as it was before, as far as it can be reached; the next attempt does what is left. */
const cleanUp = async (session: Session, master: string, state: '' | 'by keys'): Promise<void> => {
  const link = await connect(session.address);
  try {
    const guard = await readGuard(link.redis);
    const following = await readFollowing(link.redis);
    if (following.master === master) await release(link.redis, guard);
    else if (guard.loader === master && guard.was !== '') {
      await link.redis.call('CONFIG', 'SET', 'repl-diskless-load', guard.was).catch(() => {});
    }
    await link.redis.watch(ownKeys.guard);
    const now = await readGuard(link.redis);
    if (now.loader !== master || now.state !== 'loading') return;
    await execute(link.redis.multi().hset(ownKeys.guard, 'state', state));
  } finally {
    link.destroy();
  }
};

/**
 * Fills an empty server by serving it the set as its master would: it takes all of it or nothing. The product's own keys come
 * with the data and say that it is loaded, so that a kill at any moment leaves either nothing or all. Killed before, it leaves
 * a server that follows nobody who answers, and the next attempt begins again. Where the server cannot be served (it does not
 * reach us, or may not be told to), units bring their keys instead.
 * https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
 */
export const loadAll = async (session: Session, meta: RedisMeta, from: Source, by: Writer): Promise<void> => {
  session.goOn();
  let link: Link;
  try {
    link = await orStop(session.work.signal, connect(session.address));
  } catch (error) {
    throw session.work.signal.aborted ? interrupted() : failureOf(error, `connecting to ${session.where}`);
  }
  const replication = await readInfo(link.redis, 'replication');
  const master = await serveRdb(link.redis, replication.get('master_replid') ?? '', (own) =>
    streamsOf(session, meta, from, own),
  );
  const at = `${master.host}:${master.port}`;
  let after: '' | 'by keys' = '';
  try {
    const working = (async (): Promise<void> => {
      if (!(await claim(link, by, at))) return;
      master.setOwn(await ownEntries(link.redis, session.home));
      if (!(await follow(link, by, master))) return;
      await waitUntilLoaded(session, link, master);
      master.expectEnd();
      await release(link.redis, await readGuard(link.redis));
    })();
    working.catch(() => {});
    await orStop(session.work.signal, Promise.race([working, link.broken, master.failed]));
  } catch (error) {
    if (error instanceof NotServed || isNotAllowed(error)) after = 'by keys';
    else throw session.work.signal.aborted ? interrupted() : failureOf(error, `filling ${session.where}`);
  } finally {
    link.destroy();
    master.stop();
    await Promise.race([cleanUp(session, at, after).catch(() => {}), sleep(cleanUpMs, undefined, { ref: false })]);
  }
};
