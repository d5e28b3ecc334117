import pg from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import { describe, expect, test } from 'vitest';
import type { PlaceSpec } from '../../src/domain/words.ts';
import { postgresDatabase } from '../../src/providers/postgres-database.ts';
import { postgresServer } from '../support/servers.ts';
import { databaseConformance, resolver } from './conformance.ts';

/** The driver leaves `%3F` and the like in the name of a database as they are. */
const clientOf = (url: string): pg.Client => {
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  const client = new pg.Client({ ...parseIntoClientConfig(url), database });
  client.on('error', () => {});
  return client;
};

const connected = async <T>(url: string, body: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = clientOf(url);
  await client.connect();
  try {
    return await body(client);
  } finally {
    await client.end();
  }
};

databaseConformance({
  kind: 'postgres',
  make: postgresDatabase,
  start: async () => {
    const { url: server } = await postgresServer();
    return {
      server,
      fill: (url) => connected(url, async (client) => void (await client.query('CREATE TABLE filled ()'))),
      isFilled: (url) =>
        connected(url, async (client) => {
          const { rows } = await client.query<{ is: boolean }>("SELECT to_regclass('filled') IS NOT NULL AS is");
          return rows[0]!.is;
        }),
      linger: async (url) => {
        const client = clientOf(url);
        await client.connect();
        return { [Symbol.asyncDispose]: () => client.end().catch(() => {}) };
      },
      stop: async () => {},
    };
  },
});

describe('provider of postgres databases, beyond the port', () => {
  const lab = async () => {
    const { url } = await postgresServer();
    const provider = postgresDatabase(resolver({ 'env:SERVER': url }));
    const database = `beside_${crypto.randomUUID().slice(0, 8)}`;
    const spec: PlaceSpec = {
      id: `orders-db/${database}`,
      target: 'orders-db',
      kind: 'postgres',
      role: 'beside',
      provider: 'database',
      server: 'env:SERVER',
      database,
    };
    const sql = (text: string) => connected(url, (client) => client.query(text));
    return { provider, spec, database, url, sql };
  };

  test('a database that somebody else made under the same name is neither used nor removed', async () => {
    const { provider, spec, database, sql } = await lab();
    await sql(`CREATE DATABASE ${database}`);
    for (const call of [provider.provide, provider.describe, provider.discard]) {
      await expect(call(spec)).rejects.toMatchObject({ kind: 'refused', hint: expect.stringMatching(/\w/) });
    }
    await sql(`COMMENT ON DATABASE ${database} IS 'made by dr-runbooks for place orders-db/another'`);
    await expect(provider.discard(spec)).rejects.toMatchObject({ kind: 'refused' });
    await sql(`DROP DATABASE ${database}`);
  });

  test('one that a killed process had only half made is finished, or removed', async () => {
    const { provider, spec, database, sql } = await lab();
    const halfMake = () => sql(`CREATE DATABASE ${database} ALLOW_CONNECTIONS false`);
    await halfMake();
    expect(await provider.describe(spec)).toBe('absent');
    await provider.provide(spec);
    expect(await provider.describe(spec)).toBe('ready');
    await provider.discard(spec);
    await halfMake();
    await provider.discard(spec);
    const { rows } = await sql(`SELECT FROM pg_database WHERE datname = '${database}'`);
    expect(rows).toEqual([]);
  });

  test('one that was renamed since is still known by its comment', async () => {
    const { provider, spec, database, sql } = await lab();
    await provider.provide(spec);
    await sql(`ALTER DATABASE ${database} RENAME TO "${database} (fenced)"`);
    expect(await provider.describe(spec)).toBe('ready');
    await provider.discard(spec);
    const { rows } = await sql(`SELECT FROM pg_database WHERE datname LIKE '${database}%'`);
    expect(rows).toEqual([]);
  });

  test('it takes the encoding and locale of the database that the server URL names', async () => {
    const { provider, spec, url, sql } = await lab();
    const model = `model_${crypto.randomUUID().slice(0, 8)}`;
    await sql(`CREATE DATABASE ${model} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`);
    const server = new URL(url);
    server.pathname = `/${model}`;
    const like = postgresDatabase(resolver({ 'env:SERVER': server.href }));
    await like.provide(spec);
    const encoding = await connected(await like.url(spec), (client) => client.query('SHOW server_encoding'));
    expect(encoding.rows).toEqual([{ server_encoding: 'LATIN1' }]);
    await provider.discard(spec);
    await sql(`DROP DATABASE ${model}`);
  });

  test('a login without the right to make databases is told so', async () => {
    const { spec, url, sql } = await lab();
    const login = `weak_${crypto.randomUUID().slice(0, 8)}`;
    await sql(`CREATE ROLE ${login} LOGIN PASSWORD 'secret-word'`);
    const server = new URL(url);
    server.username = login;
    server.password = 'secret-word';
    const weak = postgresDatabase(resolver({ 'env:SERVER': server.href }));
    const error = await weak.provide(spec).catch((caught: Error) => caught);
    expect(error).toMatchObject({ kind: 'no-permission', hint: expect.stringContaining('CREATEDB') });
    expect(String(error)).not.toContain('secret-word');
    server.password = 'wrong';
    await expect(postgresDatabase(resolver({ 'env:SERVER': server.href })).describe(spec)).rejects.toMatchObject({
      kind: 'no-permission',
    });
    await sql(`DROP ROLE ${login}`);
  });

  test('a server that does not answer is unreachable', async () => {
    const { spec } = await lab();
    const nowhere = postgresDatabase(resolver({ 'env:SERVER': 'postgres://someone@127.0.0.1:1/postgres' }));
    await expect(nowhere.describe(spec)).rejects.toMatchObject({ kind: 'unreachable' });
  });
});
