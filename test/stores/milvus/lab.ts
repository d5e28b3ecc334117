import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { milvusServer } from '../../support/servers.ts';
import type { Lab, Row } from '../conformance/harness.ts';
import { legalName } from './names.ts';
import { startProxy } from './proxy.ts';

/** The driver as others use it, over a server; and the server's URL. */
export interface MilvusLab {
  url: string;
  client: MilvusClient;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Throws what the server refused: the driver only gives it back. */
export const done = async <T>(answer: Promise<T>): Promise<T> => {
  const given = (await answer) as T & {
    status?: { error_code: string; reason: string };
    error_code?: string;
    reason?: string;
  };
  const { error_code = 'Success', reason } = given.status ?? given;
  if (error_code !== 'Success' && error_code !== '') throw new Error(`${error_code}: ${reason}`);
  return given;
};

/**
 * A database of its own on the server that all tests share: Milvus Lite looks at every collection of a database whenever it lists
 * some. On a server that `DR_TEST_MILVUS_URL` names, the database that is named there.
 */
export const milvusLab = async (): Promise<MilvusLab> => {
  const url = new URL(await milvusServer());
  const isOurs = process.env.DR_TEST_MILVUS_URL === undefined;
  const client = new MilvusClient({
    address: `${url.hostname}:${url.port || 19530}`,
    ssl: url.protocol === 'https:' || url.protocol === 'milvuss:',
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    logLevel: 'error',
    channelOptions: { 'grpc.keepalive_time_ms': 300_000, 'grpc.keepalive_permit_without_calls': 0 },
  });
  await client.connectPromise;
  const at = new URL(url.href.replace(/^http/, 'milvus'));
  if (isOurs) {
    const db_name = `d${randomBytes(4).toString('hex')}`;
    await done(client.createDatabase({ db_name }));
    await done(client.useDatabase({ db_name }));
    at.pathname = `/${db_name}`;
  }
  return {
    url: at.href,
    client,
    async [Symbol.asyncDispose]() {
      await client.closeConnection();
    },
  };
};

/** The URL of collections that nobody has: a prefix of their own. */
export const freshPlace = (server: string, more = ''): { url: string; prefix: string } => {
  const prefix = `t${randomBytes(4).toString('hex')}${more}_`;
  const url = new URL(server);
  url.searchParams.set('collections', prefix);
  return { url: url.href, prefix };
};

const prefixOf = (url: string): string => new URL(url).searchParams.get('collections') ?? '';

const inPlace = (url: string, object: string): { db_name: string; collection_name: string } => ({
  db_name: new URL(url).pathname.slice(1) || 'default',
  collection_name: prefixOf(url) + legalName(object),
});

const digestOf = (row: Row): Buffer => createHash('sha256').update(JSON.stringify(row)).digest();

/** The key and the vector of a row follow from what is in it, and from how often it was there before. */
const recordOf = (row: Row, nth: string) => {
  const digest = digestOf(row);
  const [key, value] = row;
  return {
    id: `${digest.toString('hex')}-${nth}`,
    key,
    value,
    vector: [digest.readUInt16LE(0), digest.readUInt16LE(2)],
  };
};

const make = async (client: MilvusClient, at: ReturnType<typeof inPlace>): Promise<void> => {
  await done(
    client.createCollection({
      ...at,
      consistency_level: 'Strong',
      fields: [
        { name: 'id', data_type: 'VarChar', is_primary_key: true, max_length: 200 },
        { name: 'key', data_type: 'VarChar', max_length: 60_000 },
        { name: 'value', data_type: 'VarChar', max_length: 60_000, nullable: true },
        { name: 'vector', data_type: 'FloatVector', dim: 2 },
      ],
    } as never),
  );
  await done(client.createIndex({ ...at, field_name: 'vector', index_type: 'FLAT', metric_type: 'L2' }));
  await done(client.loadCollectionSync(at));
};

const put = async (client: MilvusClient, at: ReturnType<typeof inPlace>, rows: readonly Row[]): Promise<void> => {
  if ((await client.hasCollection(at)).value) await done(client.delete({ ...at, filter: 'id != ""' } as never));
  else await make(client, at);
  const seen = new Map<string, number>();
  const data = rows.map((row) => {
    const text = JSON.stringify(row);
    const nth = (seen.get(text) ?? 0) + 1;
    seen.set(text, nth);
    return recordOf(row, String(nth));
  });
  if (data.length > 0) await done(client.insert({ ...at, data }));
};

/** What the conformance suite does to a server without the adapter. */
export const conformanceLab = async (): Promise<Lab> => {
  const lab = await milvusLab();
  const { client } = lab;
  const proxy = await startProxy(lab.url);
  const address = new URL(lab.url);
  address.host = `127.0.0.1:${proxy.port}`;
  return {
    async empty() {
      const url = new URL(freshPlace(address.href).url);
      if (process.env.DR_TEST_MILVUS_URL === undefined) {
        url.pathname = `/d${randomBytes(4).toString('hex')}`;
        await done(client.createDatabase({ db_name: url.pathname.slice(1) }));
      }
      return url.href;
    },
    async absent() {
      const url = new URL(address);
      url.pathname = `/absent_${randomBytes(4).toString('hex')}`;
      return url.href;
    },
    put: (url, object, rows) => put(client, inPlace(url, object), rows),
    drop: async (url, object) => void (await done(client.dropCollection(inPlace(url, object)))),
    async rows(url, object) {
      const query = { ...inPlace(url, object), filter: 'id != ""', output_fields: ['key', 'value'], limit: 16_000 };
      const { data } = await done(client.query({ ...query, consistency_level: 'Strong' } as never));
      return data.map(({ key, value }): Row => [key, value ?? null]);
    },
    user: async (url) => ({
      async write(object, row) {
        await done(client.insert({ ...inPlace(url, object), data: [recordOf(row, randomUUID())] }));
      },
      [Symbol.asyncDispose]: async () => {},
    }),
    cut: async () => proxy.cut(),
    async stop() {
      proxy.stop();
      await lab[Symbol.asyncDispose]();
    },
  };
};

/** A collection of vectors that no compression makes small, with an index and in memory. */
export const makeVectors = async (client: MilvusClient, collection_name: string, rows: number): Promise<void> => {
  const dim = 1_024;
  const batch = 500;
  const fields = [
    { name: 'id', data_type: 'Int64', is_primary_key: true },
    { name: 'vector', data_type: 'FloatVector', dim },
  ];
  await done(client.createCollection({ collection_name, fields } as never));
  for (let at = 0; at < rows; at += batch) {
    const data = Array.from({ length: batch }, (_, n) => ({
      id: at + n,
      vector: Array.from({ length: dim }, () => Math.fround(Math.random())),
    }));
    await done(client.insert({ collection_name, data }));
  }
  const index = { field_name: 'vector', index_type: 'FLAT', metric_type: 'L2' } as const;
  await done(client.createIndex({ collection_name, ...index }));
  await done(client.loadCollectionSync({ collection_name }));
};
