import { DrError } from '../domain/errors.ts';
import type { PlaceSpec, StoreKind } from '../domain/words.ts';
import { existing } from './existing.ts';
import { memoryDatabase } from './memory-database.ts';
import { milvusDatabase } from './milvus-database.ts';
import { mongodbDatabase } from './mongodb-database.ts';
import type { Provider } from './port.ts';
import { postgresDatabase } from './postgres-database.ts';
import { redisDatabase } from './redis-database.ts';
import type { Resolve } from './spec-of.ts';

/** The provider of new databases for each kind of store that has databases: a new one is one file and one line here. */
const databases: Readonly<Partial<Record<StoreKind, (resolve: Resolve) => Provider>>> = {
  memory: memoryDatabase,
  postgres: postgresDatabase,
  mongodb: mongodbDatabase,
  redis: redisDatabase,
  milvus: milvusDatabase,
};

/** @throws DrError `not-supported` when no provider makes databases of that kind */
const databaseOf = (spec: PlaceSpec, resolve: Resolve): Provider => {
  const make = databases[spec.kind];
  if (make !== undefined) return make(resolve);
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
    provide: async (spec) => databaseOf(spec, resolve).provide(spec),
    describe: async (spec) => databaseOf(spec, resolve).describe(spec),
    url: async (spec) => databaseOf(spec, resolve).url(spec),
    discard: async (spec) => databaseOf(spec, resolve).discard(spec),
  },
});
