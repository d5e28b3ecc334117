import type { Redis } from 'ioredis';
import { DrError } from '../../../domain/errors.ts';
import { isShared } from '../../../domain/parts.ts';
import type { Writer } from '../../port.ts';
import { readInfo, readSetting } from '../connection/info.ts';
import type { Link } from '../connection/link.ts';
import type { Session } from '../connection/session.ts';
import { nameOfBytes } from '../keyspace.ts';
import { functionsObject, ownGroup, ownKeys, type RedisMeta } from '../meta.ts';
import { eachKey, groupBytes } from '../scan.ts';
import { explain, isEverything, selectedOf } from '../selection.ts';
import { wantedBy } from '../wanted.ts';
import { readFollowing, refuseFollower, release } from './follow.ts';
import { checkEpoch, execute, isOf, readGuard, whatOf } from './ledger.ts';

/** The version in which the server writes, as its own dumps say. */
const rdbVersionOf = async (redis: Redis): Promise<number> => {
  const probe = `${ownGroup}:probe`;
  const [, dumped] = ((await redis.multi().set(probe, 'x', 'PX', 1_000).dumpBuffer(probe).del(probe).exec()) ?? []) as [
    unknown,
    [Error | null, Buffer | null],
  ];
  return dumped[1]?.readUInt16LE(dumped[1].length - 10) ?? 0;
};

/** Others that follow the place, or would promote somebody else while it is filled. @throws DrError `refused` */
const refuseFollowed = async (redis: Redis, where: string): Promise<void> => {
  const clients = (await redis.call('CLIENT', 'LIST').catch(() => '')) as string;
  if (/ name=sentinel-/.test(clients)) {
    throw new DrError(
      'refused',
      `${where} is watched by Sentinel, which may promote another server while this one is filled`,
      'take it out of their watch first (SENTINEL REMOVE), and put it back afterwards',
    );
  }
  const replication = await readInfo(redis, 'replication');
  const replicas = [...replication]
    .filter(([name]) => /^slave\d+$/.test(name))
    .map(([, says]) => new Map(says.split(',').map((part) => part.split('=') as [string, string])))
    .filter((one) => one.get('port') !== '0')
    .map((one) => `${one.get('ip')}:${one.get('port')}`);
  if (replicas.length === 0) return;
  throw new DrError(
    'refused',
    `${where} has replicas, which would be filled or emptied with it: ${replicas.join(', ')}`,
    'detach them first (REPLICAOF NO ONE on each), and attach them again afterwards',
  );
};

/** @throws DrError `too-old`, `not-supported`, `no-space` */
const refuseServer = async (session: Session, { redis }: Link, meta: RedisMeta, by: Writer): Promise<void> => {
  const { where, address } = session;
  if (meta.isWhole !== (address.database === null)) {
    const [set, place] = meta.isWhole ? ['a whole server', 'one database'] : ['one database', 'a whole server'];
    const hint = meta.isWhole ? 'leave the number of the database out of the URL' : 'name a database: redis://host/0';
    throw new DrError('not-supported', `the set is of ${set}, and ${where} is ${place}`, hint);
  }
  const version = await rdbVersionOf(redis);
  if (version < meta.rdbVersion) {
    throw new DrError(
      'too-old',
      `${where} is ${session.server.version} and reads RDB version ${version}; the set is of ${meta.version}, version ${meta.rdbVersion}`,
      `restore to a server of ${meta.version} or newer`,
    );
  }
  if (address.database === null) await refuseFollowed(redis, where);
  const limit = Number((await readSetting(redis, 'maxmemory')) ?? 0);
  if (limit > 0 && isEverything(by.selection ?? {}) && meta.isWhole && meta.usedMemory > limit) {
    throw new DrError(
      'no-space',
      `${where} may use ${limit} bytes of memory (maxmemory), and the source used ${meta.usedMemory}`,
      'raise maxmemory, or restore to a larger server',
    );
  }
};

const mostNamed = 5;

/** What is in the way: anything at all, or beside other things what is selected. @throws DrError `not-empty` */
const refuseContents = async (session: Session, link: Link, meta: RedisMeta, by: Writer): Promise<void> => {
  const { selection = {} } = by;
  const wanted = isShared(selection) ? wantedBy(selection) : wantedBy({});
  const selected = new Set(selectedOf(meta, selection));
  const isInTheWay = (group: string, key: string): boolean => {
    if (!isShared(selection)) return true;
    if (!selected.has(group) && !meta.isFolded) return false;
    return wanted.group(group) ?? wanted.key(key);
  };
  const found = new Set<string>();
  for await (const { prefix, keys } of eachKey(session, link)) {
    for (const key of keys) {
      const group = `${prefix}${nameOfBytes(groupBytes(key))}`;
      if (isInTheWay(group, `${prefix}${nameOfBytes(key)}`)) found.add(group);
    }
    if (found.size > mostNamed) break;
  }
  await link.redis.select(session.home);
  if (session.address.database === null && isInTheWay(functionsObject, functionsObject)) {
    const libraries = (await link.redis.call('FUNCTION', 'LIST').catch(() => [])) as unknown[];
    if (libraries.length > 0) found.add(functionsObject);
  }
  if (found.size === 0) return;
  const named = [...found].slice(0, mostNamed).map((name) => JSON.stringify(name));
  throw new DrError(
    'not-empty',
    `${session.where} is not empty: found ${named.join(', ')}${found.size > mostNamed ? ', …' : ''}`,
    'restore to an empty place, or discard what is there first',
  );
};

/**
 * Makes `by` the writer of a place that is empty, or as its selection says; again for the same writer is fine. A server that
 * is being filled under an older epoch stops being so.
 */
export const begin = (session: Session, by: Writer, meta: RedisMeta): Promise<void> =>
  session.run('beginning a restore', async (link) => {
    const { redis } = link;
    const { selection = {} } = by;
    explain(meta, selection);
    for (;;) {
      session.goOn();
      await redis.watch(ownKeys.guard, ownKeys.mark, ownKeys.ledger);
      const guard = await readGuard(redis);
      checkEpoch(guard, by);
      if (isOf(guard, by)) {
        await redis.unwatch();
        return;
      }
      const following = await readFollowing(redis);
      refuseFollower(following, guard, session.where);
      if (following.master !== null) {
        await release(redis, guard);
        continue;
      }
      if (isShared(selection) && guard.run !== null) {
        throw new DrError(
          'refused',
          `run ${guard.run} has begun to restore into ${session.where} and has not ended`,
          `run it again first: it goes on where it stopped. To give it up, with whatever part of it is there: HDEL ${ownKeys.guard} run`,
        );
      }
      await refuseServer(session, link, meta, by);
      await refuseContents(session, link, meta, by);
      const tx = redis
        .multi()
        .del(ownKeys.guard, ownKeys.ledger)
        .hset(ownKeys.guard, { epoch: String(by.epoch), run: by.run, what: whatOf(by) });
      if ((await execute(tx)) !== null) return;
    }
  });
