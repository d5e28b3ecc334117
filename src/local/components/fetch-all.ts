import { resolveMinio } from './minio.ts';
import { resolvePostgres } from './postgres-binaries.ts';
import type { Say } from './say.ts';
import { resolveTemporal } from './temporal.ts';
import { resolveTestServer } from './test-server.ts';

/**
 * Gets every component this machine does not have yet. Builds follow one another (each uses all cores); the rest goes on
 * beside them. All are tried before the first failure is thrown.
 * @throws DrError `missing` (permanent)
 */
export const fetchAllComponents = async (say: Say): Promise<void> => {
  const built = async (): Promise<void> => {
    const temporal = resolveTemporal({ say });
    await temporal.catch(() => undefined);
    await resolveMinio({ say });
    await temporal;
  };
  const results = await Promise.allSettled([built(), resolvePostgres({ say }), resolveTestServer({ say })]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
};
