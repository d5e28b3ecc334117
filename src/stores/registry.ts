import type { StoreKind } from '../domain/words.ts';
import type { Kind } from './port.ts';

/** `unknown`: a meta is its own kind's business. */
export type Kinds = Readonly<Partial<Record<StoreKind, Kind<unknown>>>>;

/**
 * Every kind of store there is: a new one is one folder and one line here. Each is loaded when an estate has one, as drivers
 * take time and memory to load.
 */
const loaders: Readonly<Record<StoreKind, () => Promise<Kind<unknown>>>> = {
  memory: async () => (await import('./memory/index.ts')).memory,
  postgres: async () => (await import('./postgres/index.ts')).postgres,
  mongodb: async () => (await import('./mongodb/index.ts')).mongodb,
  redis: async () => (await import('./redis/index.ts')).redis,
  milvus: async () => (await import('./milvus/index.ts')).milvus,
};

export const loadKinds = async (wanted: Iterable<StoreKind>): Promise<Kinds> => {
  const loaded = [...new Set(wanted)].map(async (kind) => [kind, await loaders[kind]()] as const);
  return Object.fromEntries(await Promise.all(loaded));
};
