// Row Y5 of docs/coverage.md.
import { randomBytes } from 'node:crypto';
import { type Collection, MongoClient } from 'mongodb';
import { mongodb } from '../../src/stores/mongodb/index.ts';
import { hostileNames, type Row } from './conformance/harness.ts';
import { storeConformance } from './conformance.ts';
import { breakable } from './mongodb/breakable.ts';
import { databaseIn, testServer, withDatabase } from './mongodb/server.ts';

interface Document {
  _id: string;
  key: string;
  value: string | null;
}

/** MongoDB refuses `$` anywhere in a name, and a dot in front. */
const nameOf = (object: string): string => object.replaceAll('$', '＄').replace(/^\./, '·.');

/** Rows have no key, documents have: the same rows are the same documents in any order. */
const documentsOf = (rows: readonly Row[]): Document[] => {
  const seen = new Map<string, number>();
  return rows.map(([key, value]) => {
    const text = JSON.stringify([key, value]);
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return { _id: `${count} ${text.slice(0, 200)}`, key, value };
  });
};

storeConformance({
  kind: mongodb,
  module: { href: new URL('../../src/stores/mongodb/index.ts', import.meta.url).href, exportName: 'mongodb' },
  can: { fence: false, canary: true, checks: true },
  selects: { parts: false, existing: true, owners: false },
  nameOf,
  longestName: 100,
  bigRows: 500,
  slow: { names: hostileNames(100).slice(0, -1) },
  start: async () => {
    const server = await testServer();
    const way = await breakable(server.url);
    const collection = (url: string, object: string): Collection<Document> =>
      server.client.db(databaseIn(url)).collection<Document>(nameOf(object));
    const placeNamed = (): string => `p_${randomBytes(3).toString('hex')}`;
    return {
      async empty() {
        const name = placeNamed();
        await server.client.db(name).createCollection('dr_runbooks');
        return way.by(withDatabase(server.url, name));
      },
      absent: async () => way.by(withDatabase(server.url, placeNamed())),
      async put(url, object, rows) {
        const into = collection(url, object);
        await into.db.createCollection(into.collectionName).catch((error: { code?: number }) => {
          if (error.code !== 48) throw error;
        });
        await into.deleteMany({});
        if (rows.length > 0) await into.insertMany(documentsOf(rows));
      },
      drop: async (url, object) => void (await collection(url, object).drop()),
      async rows(url, object) {
        const from = collection(url, object);
        const there = await from.db.listCollections({}, { nameOnly: true }).toArray();
        if (!there.some(({ name }) => name === from.collectionName))
          throw new Error(`no collection ${JSON.stringify(object)}`);
        return (await from.find().toArray()).map(({ key, value }): Row => [key, value]);
      },
      async user(url) {
        const client = new MongoClient(withDatabase(server.url, databaseIn(url)));
        await client.connect();
        return {
          write: async (object, [key, value]) =>
            void (await client
              .db(databaseIn(url))
              .collection<Document>(nameOf(object))
              .insertOne({ _id: randomBytes(8).toString('hex'), key, value })),
          [Symbol.asyncDispose]: () => client.close(),
        };
      },
      cut: async () => way.cut(),
      async stop() {
        await way.stop();
        await server.stop();
      },
    };
  },
});
