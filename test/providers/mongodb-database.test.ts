import { MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';
import type { PlaceSpec } from '../../src/domain/words.ts';
import { mongodbDatabase } from '../../src/providers/mongodb-database.ts';
import { databaseIn, testServer } from '../stores/mongodb/server.ts';
import { databaseConformance, resolver } from './conformance.ts';

const connected = async <T>(url: string, body: (client: MongoClient) => Promise<T>): Promise<T> => {
  const client = new MongoClient(url);
  try {
    return await body(client);
  } finally {
    await client.close();
  }
};

databaseConformance({
  kind: 'mongodb',
  make: mongodbDatabase,
  start: async () => {
    const server = await testServer();
    return {
      server: server.url,
      fill: (url) =>
        connected(
          url,
          async (client) => void (await client.db(databaseIn(url)).collection('filled').insertOne({ a: 1 })),
        ),
      isFilled: (url) =>
        connected(url, async (client) => (await client.db(databaseIn(url)).collection('filled').countDocuments()) > 0),
      linger: async (url) => {
        const client = new MongoClient(url);
        await client.db(databaseIn(url)).command({ ping: 1 });
        return { [Symbol.asyncDispose]: () => client.close() };
      },
      stop: server.stop,
    };
  },
});

describe('provider of MongoDB databases, beyond the port', () => {
  const spec = (database: string): PlaceSpec => ({
    id: 'orders-db/beside-1',
    target: 'orders-db',
    kind: 'mongodb',
    role: 'beside',
    provider: 'database',
    server: 'env:SERVER',
    database,
  });
  const urlOf = (server: string, database: string): Promise<string> =>
    mongodbDatabase(resolver({ 'env:SERVER': server })).url(spec(database));

  test('logins are looked for where they were', async () => {
    expect(await urlOf('mongodb://a:b@one:1,two:2/?replicaSet=rs0', 'x')).toBe(
      'mongodb://a:b@one:1,two:2/x?replicaSet=rs0&authSource=admin',
    );
    expect(await urlOf('mongodb://a:b@one/logins', 'x')).toBe('mongodb://a:b@one/x?authSource=logins');
    expect(await urlOf('mongodb://a:b@one/?authSource=other', 'x')).toBe('mongodb://a:b@one/x?authSource=other');
    expect(await urlOf('mongodb+srv://one.example', 'x')).toBe('mongodb+srv://one.example/x');
  });

  test('every name becomes one the server takes, and no two the same', async () => {
    const names = ['a', 'A', 'a.b', 'a~2eb', 'a b', 'a/b', 'x'.repeat(63), 'x'.repeat(64), '雪'.repeat(30)];
    const legal = await Promise.all(names.map(async (name) => databaseIn(await urlOf('mongodb://one', name))));
    expect(new Set(legal).size).toBe(names.length);
    for (const name of legal) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
      expect(name).not.toMatch(/[/\\. "$*<>:|?]/);
    }
  });

  test('a server that does not answer is unreachable', async () => {
    const nowhere = mongodbDatabase(resolver({ 'env:SERVER': 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300' }));
    await expect(nowhere.describe(spec('x'))).rejects.toMatchObject({ kind: 'unreachable' });
  });
});
