import type { StoreKind } from '../domain/words.ts';
import { memory } from './memory/index.ts';
import { milvus } from './milvus/index.ts';
import { mongodb } from './mongodb/index.ts';
import type { Kind } from './port.ts';
import { postgres } from './postgres/index.ts';
import { redis } from './redis/index.ts';

/** Every kind of store there is: a new one is one folder and one line here. `unknown`: a meta is its own kind's business. */
export const kinds: Readonly<Record<StoreKind, Kind<unknown>>> = { memory, postgres, mongodb, redis, milvus };
