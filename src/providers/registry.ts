import { DrError } from '../domain/errors.ts';
import type { PlaceSpec, StoreKind } from '../domain/words.ts';
import { existing } from './existing.ts';
import type { Provider } from './port.ts';
import { type Resolve, specOf } from './spec-of.ts';

type Make = (resolve: Resolve) => Provider;

/**
 * The provider of new databases for each kind of store that has databases: a new one is one file and one line here. Each is
 * loaded when it is asked for, as drivers take time and memory to load.
 */
const databases: Readonly<Partial<Record<StoreKind, () => Promise<Make>>>> = {
  memory: async () => (await import('./memory-database.ts')).memoryDatabase,
  postgres: async () => (await import('./postgres-database.ts')).postgresDatabase,
  mongodb: async () => (await import('./mongodb-database.ts')).mongodbDatabase,
  redis: async () => (await import('./redis-database.ts')).redisDatabase,
  milvus: async () => (await import('./milvus-database.ts')).milvusDatabase,
};

/** @throws DrError `not-supported` when no provider makes databases of that kind */
const databaseOf = async (spec: PlaceSpec, resolve: Resolve): Promise<Provider> => {
  const load = databases[spec.kind];
  if (load !== undefined) return (await load())(resolve);
  throw new DrError(
    'not-supported',
    `place ${spec.id}: provider database makes no ${spec.kind} places`,
    `it makes: ${Object.keys(databases).join(', ')}`,
  );
};

/** Every provider by its name. A `database` is made by the provider for the place's kind of store. */
export const createProviders = (resolve: Resolve): Readonly<Record<PlaceSpec['provider'], Provider>> => ({
  existing: existing(resolve),
  database: {
    provider: 'database',
    provide: async (spec) => (await databaseOf(spec, resolve)).provide(spec),
    describe: async (spec) => (await databaseOf(spec, resolve)).describe(spec),
    url: async (spec) => (await databaseOf(spec, resolve)).url(spec),
    beforeUrl: async (spec) => {
      const { beforeUrl } = await databaseOf(spec, resolve);
      return beforeUrl === undefined ? resolve(specOf(spec, 'database').server) : beforeUrl(spec);
    },
    discard: async (spec) => (await databaseOf(spec, resolve)).discard(spec),
  },
});
