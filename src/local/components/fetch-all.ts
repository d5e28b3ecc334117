import { describeError } from '../../domain/errors.ts';
import { resolveMilvus } from './milvus.ts';
import { resolveMinio } from './minio.ts';
import { resolveMongodb } from './mongodb.ts';
import { resolvePostgres } from './postgres-binaries.ts';
import { resolveRedis } from './redis.ts';
import type { Say } from './say.ts';
import { resolveTemporal } from './temporal.ts';
import { resolveTestServer } from './test-server.ts';

/**
 * Gets every component this machine does not have yet. Builds follow one another (each uses all cores); the rest goes on
 * beside them. All are tried before the first failure is thrown. Stores that not every machine can run are said when they
 * cannot be had, and are no failure.
 * @throws DrError `missing` (permanent)
 */
export const fetchAllComponents = async (say: Say): Promise<void> => {
  const built = async (): Promise<void> => {
    const temporal = resolveTemporal({ say });
    await temporal.catch(() => undefined);
    await resolveMinio({ say });
    await temporal;
  };
  const others = [resolveMongodb, resolveMilvus, resolveRedis].map((resolve) =>
    resolve({ say }).catch((error: unknown) => say(describeError(error))),
  );
  const results = await Promise.allSettled([built(), resolvePostgres({ say }), resolveTestServer({ say }), ...others]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
};
