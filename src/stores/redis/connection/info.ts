import type { Redis } from 'ioredis';

/** Fields of a section of INFO. */
export const readInfo = async (redis: Redis, section: string): Promise<ReadonlyMap<string, string>> => {
  const text = await redis.info(section);
  return new Map(
    text
      .split('\r\n')
      .filter((line) => line.includes(':') && !line.startsWith('#'))
      .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
};

/** A setting of the server; null when this login may not ask, or the server has no such. */
export const readSetting = async (redis: Redis, name: string): Promise<string | null> => {
  const answer = (await redis.call('CONFIG', 'GET', name).catch(() => [])) as readonly string[];
  return answer[1] ?? null;
};

/** The server's clock in milliseconds since 1970, up to the next one. */
export const readClock = async (redis: Redis): Promise<number> => {
  const [seconds, microseconds] = (await redis.time()) as unknown as [number | string, number | string];
  return Number(seconds) * 1000 + Math.ceil(Number(microseconds) / 1000);
};

/** Databases that hold keys, in their order. */
export const usedDatabases = async (redis: Redis): Promise<number[]> =>
  [...(await readInfo(redis, 'keyspace')).keys()]
    .flatMap((name) => (/^db\d+$/.test(name) ? Number(name.slice(2)) : []))
    .sort((a, b) => a - b);
