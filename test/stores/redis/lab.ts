import { createHash, randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { type RunningRedis, startRedis } from '../../../src/local/components/redis.ts';
import type { Lab, Row } from '../conformance/harness.ts';

/** A plain client of a URL, for as long as `body` takes. */
export const connected = async <T>(url: string, body: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => {});
  await redis.connect();
  try {
    return await body(redis);
  } finally {
    redis.disconnect();
  }
};

export const keysOf = async (redis: Redis, object: string): Promise<Buffer[]> => {
  const found: Buffer[] = [];
  let cursor = '0';
  do {
    const [next, keys] = await redis.scanBuffer(cursor, 'COUNT', 10_000);
    cursor = next.toString();
    found.push(...keys.filter((key) => key.toString().startsWith(`${object}:`)));
  } while (cursor !== '0');
  return found;
};

/** Every row is a hash; equal rows are told apart by a number, and their order leaves no trace. */
export const put = (url: string, object: string, rows: readonly Row[]): Promise<void> =>
  connected(url, async (redis) => {
    const tx = redis.multi();
    for (const key of await keysOf(redis, object)) tx.del(key);
    const times = new Map<string, number>();
    for (const row of rows) {
      const digest = createHash('sha256').update(JSON.stringify(row)).digest('hex').slice(0, 16);
      const n = (times.get(digest) ?? 0) + 1;
      times.set(digest, n);
      tx.hset(`${object}:${digest}:${n}`, row[1] === null ? { key: row[0] } : { key: row[0], value: row[1] });
    }
    await tx.exec();
  });

const rows = (url: string, object: string): Promise<Row[]> =>
  connected(url, async (redis) => {
    const keys = await keysOf(redis, object);
    if (keys.length === 0) throw new Error(`no ${object}`);
    const tx = redis.pipeline();
    for (const key of keys) tx.hgetall(key);
    const answers = (await tx.exec()) ?? [];
    return answers.map(([, row]): Row => {
      const { key = '', value = null } = row as Record<string, string>;
      return [key, value];
    });
  });

const drop = (url: string, object: string): Promise<void> =>
  connected(url, async (redis) => {
    const keys = await keysOf(redis, object);
    await redis.del(...keys);
  });

const servicePassword = 'the/service';

const withUser = (url: string, username: string, password: string): string => {
  const other = new URL(url);
  other.username = username;
  other.password = encodeURIComponent(password);
  return other.href;
};

/** What both labs do the same. */
const common: Pick<Lab, 'put' | 'rows' | 'drop' | 'user' | 'cut'> = {
  put,
  rows,
  drop,
  async user(url) {
    const to = withUser(url, 'service', servicePassword);
    const redis = new Redis(to, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    redis.on('error', () => {});
    await redis.connect();
    return {
      async write(object, row) {
        const fields = row[1] === null ? { key: row[0] } : { key: row[0], value: row[1] };
        await redis.hset(`${object}:${randomBytes(8).toString('hex')}`, fields);
      },
      async [Symbol.asyncDispose]() {
        redis.disconnect();
      },
    };
  },
  cut: (url) =>
    connected(url, async (redis) => {
      for (const type of ['normal', 'replica', 'master', 'pubsub']) {
        await redis.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
      }
    }),
};

/** Places are lent to a test and cleared after it; what is lent outside of tests stays. */
const lend = <T>(idle: T[], place: T, clear: () => Promise<unknown>): T => {
  try {
    onTestFinished(async () => {
      await clear();
      idle.push(place);
    });
  } catch {
    // Not within a test.
  }
  return place;
};

const addService = (url: string, isKept = true): Promise<unknown> =>
  connected(url, async (redis) => {
    const rules = ['~*', '&*', '-@all', '+@read', '+@write', '+@connection', '+@transaction'];
    await redis.call('ACL', 'SETUSER', 'service', 'reset', 'on', `>${servicePassword}`, ...rules);
    if (isKept) await redis.call('CONFIG', 'REWRITE');
  });

/** The whole server, where the URL names database 0. */
export const wholeOf = (url: string): string => url.replace(/\/\d+$/, '');

/** A server of its own, which keeps what it is told without waiting for the disk. */
export const startServer = async (settings: Readonly<Record<string, string>> = {}): Promise<RunningRedis> => {
  const quick = { appendfsync: 'no', hz: '100', 'repl-diskless-sync-delay': '0' };
  const server = await startRedis({ say: () => {}, settings: { ...quick, ...settings } });
  await addService(server.url);
  return server;
};

/** Places that are whole servers. */
export const serverLab = async (): Promise<Lab> => {
  const servers: RunningRedis[] = [];
  const idle: RunningRedis[] = [];
  const clear = (server: RunningRedis): Promise<unknown> =>
    connected(server.url, async (redis) => {
      await redis.call('ACL', 'SETUSER', 'default', '+@all');
      await redis.call('REPLICAOF', 'NO', 'ONE');
      await redis.flushall();
      await redis.call('FUNCTION', 'FLUSH');
      for (const user of (await redis.call('ACL', 'USERS')) as string[]) {
        if (user !== 'default') await redis.call('ACL', 'DELUSER', user);
      }
      await addService(server.url);
    });
  return {
    ...common,
    async empty() {
      const server = idle.pop() ?? (await startServer());
      if (!servers.includes(server)) servers.push(server);
      return wholeOf(lend(idle, server, () => clear(server)).url);
    },
    absent: async () => `${wholeOf(servers[0]!.url)}/99999`,
    restart: async () => void (await Promise.all(servers.map((server) => server.restart()))),
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  };
};

/** Places that are numbered databases of one server: the one named by DR_TEST_REDIS_URL, or one of its own. */
export const databaseLab = async (): Promise<Lab> => {
  const given = process.env.DR_TEST_REDIS_URL;
  const delayed = { databases: '200', appendonly: 'no', 'repl-diskless-sync-delay': '5' };
  const server = given === undefined ? await startServer(delayed) : null;
  const base = wholeOf(given ?? server!.url);
  if (given !== undefined) await addService(base, false);
  const idle = await connected(base, async (redis) => {
    const [, count] = (await redis.config('GET', 'databases')) as string[];
    const used = await redis.info('keyspace');
    return Array.from({ length: Number(count) }, (_, n) => n).filter((n) => !used.includes(`db${n}:`));
  });
  const lent = new Set<number>();
  return {
    ...common,
    async empty() {
      const n = idle.shift();
      if (n === undefined) throw new Error('no empty database is left');
      lent.add(n);
      const url = `${base}/${n}`;
      lend(idle, n, () => connected(url, (redis) => redis.flushdb()));
      return url;
    },
    absent: async () => `${base}/99999`,
    stop: async () => {
      for (const n of lent) await connected(`${base}/${n}`, (redis) => redis.flushdb());
      await connected(base, (redis) => redis.call('ACL', 'DELUSER', 'service') as Promise<unknown>);
      await server?.stop();
    },
  };
};
