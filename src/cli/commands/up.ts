import { up as startEstate } from '../../local/estate/up.ts';
import type { Act } from '../commands.ts';

/** `dr up`: Temporal with its UI, PostgreSQL and MinIO on this machine, in the background. */
export const up: Act = async (session) => {
  const { startedAt, temporal, postgres, minio } = await startEstate(session.say);
  const json = {
    startedAt,
    temporal: { address: temporal.address, namespace: temporal.namespace, uiUrl: temporal.uiUrl },
    postgres: { port: postgres.port },
    minio: { endpoint: minio.endpoint },
  };
  return { json, text: '' };
};
