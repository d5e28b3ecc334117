import { createHash, randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { StoreKind } from '../../src/domain/words.ts';
import { startRedis } from '../../src/local/components/redis.ts';
import { done, makeVectors, milvusLab } from '../stores/milvus/lab.ts';
import { putRandom } from '../stores/mongodb/lab.ts';
import { withDatabase } from '../stores/mongodb/server.ts';
import { connected, wholeOf } from '../stores/redis/lab.ts';
import { mongodbServer } from '../support/servers.ts';
import { query, type Scene } from './scene.ts';

/** A store with data that no compression makes small, so large that the few units in flight are a small share. */
export interface KilledStore {
  kind: StoreKind;
  target: string;
  primary: string;
  /** Everything in a copy, without the product. */
  contentOf(url: string): Promise<unknown>;
  stop(): Promise<unknown>;
}

/** Another than PostgreSQL, which every scene has. */
export interface OtherStore extends KilledStore {
  /** Where copies are made. */
  server: string;
}

const digestOf = (rows: Iterable<string>): { rows: number; sha256: string } => {
  const sorted = [...rows].sort();
  const hash = createHash('sha256');
  for (const row of sorted) hash.update(`${row.length}:${row}`);
  return { rows: sorted.length, sha256: hash.digest('hex') };
};

/** About 60 MB: 64 parts. */
const schema = `
  CREATE TABLE orders (id int PRIMARY KEY, payload text NOT NULL);
  INSERT INTO orders SELECT n, (SELECT string_agg(encode(sha512(convert_to(random()::text || n || k, 'UTF8')), 'hex'), '') FROM generate_series(1, 15) k)
    FROM generate_series(1, 30000) n;`;

export const inPostgres = async ({ primaryUrl }: Scene): Promise<KilledStore> => {
  await query(primaryUrl, schema);
  return {
    kind: 'postgres',
    target: 'shop-db',
    primary: primaryUrl,
    contentOf: (url) =>
      query(
        url,
        'SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids, sum(hashtext(payload)) AS sum FROM orders',
      ),
    stop: async () => {},
  };
};

/** About 200 MB. */
export const inMongodb = async (): Promise<OtherStore> => {
  const { url } = await mongodbServer();
  const client = await new MongoClient(url).connect();
  const name = `killed_${randomBytes(4).toString('hex')}`;
  await putRandom(client.db(name), 'orders', 50_000);
  return {
    kind: 'mongodb',
    target: 'guides',
    primary: withDatabase(url, name),
    server: url,
    async contentOf(copy) {
      const other = await new MongoClient(copy).connect();
      try {
        const all = await other.db().collection('orders').find({}, { raw: true }).toArray();
        return digestOf(
          all.map((one) =>
            createHash('sha256')
              .update(one as unknown as Buffer)
              .digest('hex'),
          ),
        );
      } finally {
        await other.close();
      }
    },
    async stop() {
      await client.db(name).dropDatabase();
      await client.close();
    },
  };
};

/** About 100 MB in one numbered database. */
export const inRedis = async (): Promise<OtherStore> => {
  const [from, to] = await Promise.all([startRedis(), startRedis()]);
  const primary = `${wholeOf(from.url)}/0`;
  await connected(primary, async (client) => {
    for (let at = 0; at < 50_000; at += 1_000) {
      const pipeline = client.pipeline();
      for (let n = at; n < at + 1_000; n += 1) pipeline.set(`session:${n}`, randomBytes(2_000));
      await pipeline.exec();
    }
  });
  return {
    kind: 'redis',
    target: 'sessions',
    primary,
    server: `${wholeOf(to.url)}/*`,
    contentOf: (url) =>
      connected(url, async (client) => {
        const keys = (await client.keys('session:*')).sort();
        const rows: string[] = [];
        for (let at = 0; at < keys.length; at += 1_000) {
          const some = keys.slice(at, at + 1_000);
          const values = await client.mgetBuffer(some);
          some.forEach((key, n) => void rows.push(`${key} ${values[n]?.toString('base64')}`));
        }
        return digestOf(rows);
      }),
    stop: () => Promise.all([from.stop(), to.stop()]),
  };
};

/** About 40 MB of vectors: Milvus Lite looks at every row for every page. */
export const inMilvus = async (): Promise<OtherStore> => {
  const lab = await milvusLab();
  const { client } = lab;
  const primary = new URL(lab.url);
  primary.searchParams.set('collections', 'from_');
  await makeVectors(client, 'from_docs', 10_000);
  return {
    kind: 'milvus',
    target: 'likeness',
    primary: primary.href,
    server: lab.url,
    async contentOf(url) {
      const copy = `${new URL(url).searchParams.get('collections')}docs`;
      const rows: string[] = [];
      for (let at = 0; ; at += 2_000) {
        const { data } = await done(
          client.query({
            collection_name: copy,
            filter: `id >= ${at} and id < ${at + 2_000}`,
            output_fields: ['id', 'vector'],
            limit: 16_000,
            consistency_level: 'Strong',
          } as never),
        );
        if (data.length === 0) return digestOf(rows);
        rows.push(...data.map((row) => JSON.stringify([row.id, row.vector])));
      }
    },
    stop: () => lab[Symbol.asyncDispose](),
  };
};
