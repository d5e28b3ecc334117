import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeError } from '../../src/domain/errors.ts';
import { startMilvus } from '../../src/local/components/milvus.ts';
import { startMinio } from '../../src/local/components/minio.ts';
import { startMongodb } from '../../src/local/components/mongodb.ts';
import { startPostgres } from '../../src/local/components/postgres.ts';
import { resolvePostgres15 } from '../../src/local/components/postgres-15.ts';
import { resolvePostgres } from '../../src/local/components/postgres-binaries.ts';
import { type Say, sayOnStderr } from '../../src/local/components/say.ts';
import { startTemporal } from '../../src/local/components/temporal.ts';
import { resolveTestServer } from '../../src/local/components/test-server.ts';

export interface SharedPostgres {
  /** Superuser, database `postgres`. */
  url: string;
  port: number;
  bin: string;
}
export interface SharedMongodb {
  /** Without a database; may do everything. */
  url: string;
  /** It lacks much of a server: what needs that is skipped, by name. */
  isStandIn: boolean;
}
export interface SharedMinio {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}
export interface SharedTemporal {
  address: string;
  namespace: string;
  uiUrl: string;
}

/** What a test can ask for. Each is started or resolved when the first test asks, once for the whole run. */
export interface Shared {
  postgres: SharedPostgres;
  /** Version 15 with contrib, ICU and XML; or why it cannot be had. */
  'postgres-15': SharedPostgres | { absent: string };
  /** The one that `DR_TEST_MONGODB_URL` names, else one of our own that keeps nothing. */
  mongodb: SharedMongodb;
  /** The URL of the one that `DR_TEST_MILVUS_URL` names, else of a Milvus Lite of our own. */
  milvus: string;
  minio: SharedMinio;
  temporal: SharedTemporal;
  'pg-bin': string;
  'test-server': string;
}

/** Serves them over HTTP to the test processes. `stop` ends what was started. */
export const serveShared = async (say: Say = sayOnStderr): Promise<{ url: string; stop(): Promise<void> }> => {
  const running: (() => Promise<void>)[] = [];
  const kept = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    running.push(server.stop);
    return server;
  };
  const starters: { [Name in keyof Shared]: () => Promise<Shared[Name]> } = {
    postgres: async () => {
      const { url, port, bin } = await kept(startPostgres({ say }));
      return { url, port, bin };
    },
    'postgres-15': async () => {
      const bin = await resolvePostgres15({ say }).catch((error: unknown) => ({ absent: describeError(error) }));
      if (typeof bin !== 'string') return bin;
      const { url, port } = await kept(startPostgres({ say, bin }));
      return { url, port, bin };
    },
    mongodb: async () => {
      const { DR_TEST_MONGODB_URL: given } = process.env;
      if (given !== undefined) return { url: given, isStandIn: false };
      const { url, isStandIn } = await kept(startMongodb({ say, isVolatile: true }));
      return { url, isStandIn };
    },
    milvus: async () => process.env.DR_TEST_MILVUS_URL ?? (await kept(startMilvus({ say }))).url,
    minio: async () => {
      const { endpoint, region, accessKeyId, secretAccessKey } = await kept(startMinio({ say }));
      return { endpoint, region, accessKeyId, secretAccessKey };
    },
    temporal: async () => {
      const { address, uiUrl } = await kept(startTemporal({ say }));
      return { address, uiUrl, namespace: 'default' };
    },
    'pg-bin': () => resolvePostgres({ say }),
    'test-server': () => resolveTestServer({ say }),
  };
  const asked = new Map<keyof Shared, Promise<unknown>>();
  const ask = (name: keyof Shared): Promise<unknown> => {
    const known = asked.get(name) ?? starters[name]();
    asked.set(name, known);
    return known;
  };

  const server = createServer((request, response) => {
    ask((request.url ?? '/').slice(1) as keyof Shared).then(
      (answer) => response.end(JSON.stringify(answer)),
      (error) => response.writeHead(500).end(describeError(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await Promise.allSettled(asked.values());
      await Promise.all(running.map((end) => end()));
    },
  };
};
