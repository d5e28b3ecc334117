import type { Inspection } from '../port.ts';
import { readClock, readInfo, readSetting } from './connection/info.ts';
import type { Link } from './connection/link.ts';
import type { Session } from './connection/session.ts';
import { parseMark } from './mark.ts';
import { functionsObject, ownKeys } from './meta.ts';
import { type Listed, listGroups } from './scan.ts';

/** Keys that are looked at; of larger places sizes are told, and not how many keys a group has. */
const mostKeys = 100_000;

/** What a backup or a restore sends, and what it is for. */
const needed: readonly (readonly [command: string, rest: readonly string[], why: string])[] = [
  ['PSYNC', ['?', '-1'], 'backups are taken as a replica takes its data'],
  ['REPLCONF', ['rdb-only', '1'], 'backups are taken as a replica takes its data'],
  ['RESTORE', ['k', '0', 'v'], 'restores write keys with it'],
];

const missingOf = async ({ redis }: Link): Promise<string[]> => {
  const me = (await redis.call('ACL', 'WHOAMI').catch(() => null)) as string | null;
  if (me === null) return [];
  const asked = needed.map(async ([command, rest, why]) => {
    // Before 7.0 the server cannot be asked; it says so when the command comes.
    const answer = await (redis.call('ACL', 'DRYRUN', me, command, ...rest) as Promise<string>).catch(() => 'OK');
    return answer === 'OK'
      ? []
      : [`this login may not use ${command} (${why}): ACL SETUSER ${me} +${command.toLowerCase()}`];
  });
  return (await Promise.all(asked)).flat();
};

const bytesOf = async ({ redis }: Link, { keys, sample }: Listed): Promise<number> => {
  const sizes: number[] = [];
  for (const { db, key } of sample) {
    await redis.select(db);
    sizes.push((await redis.memory('USAGE', key).catch(() => null)) ?? 64);
  }
  return Math.max(1, Math.round((sizes.reduce((sum, one) => sum + one, 0) / Math.max(1, sizes.length)) * keys));
};

const mostSampled = 200;

export const inspect = (session: Session): Promise<Inspection> =>
  session.run('inspecting', async (link) => {
    const { redis } = link;
    const mark = parseMark(await redis.get(ownKeys.mark));
    const before = Date.now();
    const clock = await readClock(redis);
    const skewMs = Math.round((before + Date.now()) / 2) - clock;
    const { groups, isCut } = await listGroups(session, link, mostKeys);
    const objects: { name: string; bytes: number; rows: number | null }[] = [];
    for (const group of [...groups.values()].sort((a, b) => b.keys - a.keys)) {
      const bytes = objects.length < mostSampled ? await bytesOf(link, group) : group.keys * 64;
      objects.push({ name: group.name, bytes, rows: isCut ? null : group.keys });
    }
    await redis.select(session.home);
    if (session.address.database === null) {
      const libraries = (await redis.call('FUNCTION', 'LIST').catch(() => [])) as unknown[];
      if (libraries.length > 0)
        objects.push({ name: functionsObject, bytes: libraries.length * 1024, rows: libraries.length });
    }
    objects.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
    const memory = await readInfo(redis, 'memory');
    const used = Number(memory.get('used_memory') ?? 0);
    const limit = Number((await readSetting(redis, 'maxmemory')) ?? 0);
    const isWhole = session.address.database === null;
    return {
      mark,
      version: session.server.version,
      clock: new Date(clock).toISOString(),
      skewMs,
      objects,
      bytes: isWhole ? used : objects.reduce((sum, one) => sum + one.bytes, 0),
      freeBytes: limit > 0 ? Math.max(0, limit - used) : null,
      missingPermissions: await missingOf(link),
    };
  });
