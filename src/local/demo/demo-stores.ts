import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { DrError, isDrError } from '../../domain/errors.ts';
import type { StoreKind, TargetId } from '../../domain/words.ts';
import { startMilvus } from '../components/milvus.ts';
import { startMongodb } from '../components/mongodb.ts';
import { type RunningPostgres, startPostgres } from '../components/postgres.ts';
import { startRedis } from '../components/redis.ts';
import type { Say } from '../components/say.ts';
import { loadMilvus } from './load-milvus.ts';
import { loadMongodb } from './load-mongodb.ts';
import { loadPostgres } from './load-postgres.ts';
import { loadRedis } from './load-redis.ts';
import { openMilvus } from './milvus-place.ts';

/** How a store of the demo is lost: what users read is removed, or all of it. */
export type Loss = 'content' | 'everything';

/** One store of the demo shop, up and empty. URLs are secrets. */
export interface DemoStore {
  target: TargetId;
  kind: StoreKind;
  /** The server as people call it. */
  name: string;
  /** The variable in which the service finds its address. */
  envKey: string;
  primaryUrl: string;
  /** Where copies of it are made. */
  serverUrl: string;
  /** Fills it. @returns what was loaded, as a sentence */
  load(): Promise<string>;
  lose(how: Loss): Promise<void>;
  stop(): Promise<void>;
}

const many = (count: number): string => count.toLocaleString('en');

const onPostgres = async (url: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

const withPath = (url: string, path: string): string => {
  const changed = new URL(url);
  changed.pathname = path;
  return changed.href;
};

/**
 * Locks the tables in the order in which a visit does: it writes its row, and then has the server look for the city.
 * The other way round the two wait for each other.
 */
export const dropCities = 'BEGIN; LOCK TABLE visit, city; DROP TABLE district, region, city CASCADE; COMMIT';

/** Cities, with their places on the globe as vectors. */
export const postgresStore = async (say: Say): Promise<DemoStore & { server: RunningPostgres }> => {
  const server = await startPostgres({ say });
  const primaryUrl = withPath(server.url, '/shop');
  await onPostgres(server.url, 'CREATE DATABASE shop');
  return {
    target: 'shop-db',
    kind: 'postgres',
    name: `PostgreSQL on port ${server.port}`,
    envKey: 'DATABASE_URL',
    primaryUrl,
    serverUrl: server.url,
    server,
    load: async () => `${many(await loadPostgres(primaryUrl))} rows: regions, districts and cities of the world`,
    lose: (how) =>
      how === 'content'
        ? onPostgres(primaryUrl, dropCities)
        : onPostgres(server.url, 'DROP DATABASE shop WITH (FORCE)'),
    stop: () => server.stop(),
  };
};

/** Guides to some of the cities. */
const mongodbStore = async (say: Say): Promise<DemoStore> => {
  const server = await startMongodb({ say });
  const primaryUrl = withPath(server.url, '/guides');
  return {
    target: 'guides',
    kind: 'mongodb',
    name: `${server.isStandIn ? 'a stand-in for MongoDB' : 'MongoDB'} on port ${server.port}`,
    envKey: 'MONGODB_URL',
    primaryUrl,
    serverUrl: server.url,
    load: async () => `${many(await loadMongodb(primaryUrl))} documents: guides to cities`,
    lose: async (how) => {
      const client = new MongoClient(primaryUrl);
      if (how === 'content') await client.db().collection('guide').drop();
      else await client.db().dropDatabase();
      await client.close();
    },
    stop: () => server.stop(),
  };
};

/** What the names of guided cities look like. */
const milvusStore = async (say: Say): Promise<DemoStore> => {
  const server = await startMilvus({ say });
  const primaryUrl = `${server.url}?collections=shop__`;
  return {
    target: 'likeness',
    kind: 'milvus',
    name: `Milvus Lite on port ${server.port}`,
    envKey: 'MILVUS_URL',
    primaryUrl,
    serverUrl: server.url,
    load: async () => `${many(await loadMilvus(primaryUrl))} vectors: what names of cities look like`,
    lose: async (how) => {
      const { client, prefix } = await openMilvus(primaryUrl);
      const { data } = await client.showCollections();
      const lost = data.map(({ name }) => name).filter((name) => name.startsWith(prefix));
      for (const collection_name of lost) {
        if (how === 'everything' || collection_name === `${prefix}likeness`)
          await client.dropCollection({ collection_name });
      }
      await client.closeConnection();
    },
    stop: () => server.stop(),
  };
};

/** Sessions that expire, counters and a ranking: a whole server, and an empty one beside it. */
const redisStore = async (say: Say): Promise<DemoStore> => {
  const server = await startRedis({ say });
  const other = await startRedis({ say }).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  const primaryUrl = withPath(server.url, '');
  return {
    target: 'sessions',
    kind: 'redis',
    name: `Redis on ports ${server.port} and ${other.port}`,
    envKey: 'REDIS_URL',
    primaryUrl,
    serverUrl: withPath(other.url, ''),
    load: async () => `${many(await loadRedis(primaryUrl))} keys: sessions, counters and a ranking`,
    lose: async (how) => {
      const redis = new Redis(primaryUrl);
      if (how === 'everything') await redis.flushall();
      else await redis.del('ranking', ...(await redis.keys('session:*')));
      redis.disconnect();
    },
    stop: async () => {
      await Promise.all([server.stop(), other.stop()]);
    },
  };
};

/** Stores that a newcomer's machine may not be able to run. */
const others: Readonly<Record<string, (say: Say) => Promise<DemoStore>>> = {
  MongoDB: mongodbStore,
  Milvus: milvusStore,
  Redis: redisStore,
};

/** A store that cannot be had here: which, why, and what to do about it. */
export interface LeftOut {
  name: string;
  why: string;
  hint: string;
}

/**
 * Starts every store that this machine can run, side by side. One that cannot be had is left out and said; anything else
 * that goes wrong is thrown.
 */
export const startOthers = async (say: Say): Promise<{ stores: DemoStore[]; leftOut: LeftOut[] }> => {
  const started = await Promise.all(
    Object.entries(others).map(async ([name, start]) => {
      try {
        return { store: await start(say) };
      } catch (error) {
        if (isDrError(error) && error.kind === 'missing') return { name, why: error.message, hint: error.hint };
        return { thrown: error };
      }
    }),
  );
  const stores = started.flatMap((one) => ('store' in one ? [one.store] : []));
  const failed = started.find((one) => 'thrown' in one);
  if (failed !== undefined) {
    await Promise.all(stores.map((store) => store.stop()));
    throw failed.thrown instanceof Error
      ? failed.thrown
      : new DrError('unexpected', String(failed.thrown), 'see above');
  }
  return { stores, leftOut: started.flatMap((one) => ('why' in one ? [one] : [])) as LeftOut[] };
};
