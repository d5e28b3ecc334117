import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import type { Target } from '../../../estate/estate.ts';
import { openCities } from './cities-in-postgres.ts';
import { following } from './following.ts';
import { openGuides } from './guides-in-mongodb.ts';
import { openLikeness } from './likeness-in-milvus.ts';
import { openSessions } from './sessions-in-redis.ts';

/** The address a target has for its users now: what the env file of the service says. */
export const addressOf =
  ({ id, switches }: Target) =>
  async (): Promise<string> => {
    const [at] = switches;
    if (at?.kind !== 'env-file') throw new Error(`no env file leads users to ${id}`);
    return parseEnv(await readFile(at.path, 'utf8'))[at.key] ?? '';
  };

/** Every store of the demo shop that the estate has; those it has not are null. */
export const openShop = (targets: readonly Target[]) => {
  const at = (kind: Target['kind']) => {
    const target = targets.find((one) => one.kind === kind);
    return target === undefined ? null : addressOf(target);
  };
  const [postgres, mongodb, milvus, redis] = [at('postgres'), at('mongodb'), at('milvus'), at('redis')];
  const shop = {
    cities: postgres && following(postgres, openCities),
    guides: mongodb && following(mongodb, openGuides),
    likeness: milvus && following(milvus, openLikeness),
    sessions: redis && following(redis, openSessions),
  };
  const stores = Object.values(shop).filter((one) => one !== null);
  return {
    ...shop,
    /** What does not serve is opened anew the next time. @throws Error of the first store that does not serve */
    check: async (): Promise<void> => {
      await Promise.all(
        stores.map(async (store) => {
          try {
            await (await store.get()).check();
          } catch (error) {
            void store.close();
            throw error;
          }
        }),
      );
    },
    close: async (): Promise<void> => {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
};
