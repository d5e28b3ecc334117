import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askQuery, explainQuery, trimQuery } from '../../../../src/stores/postgres/export/ask.ts';
import { behindViews } from '../../../../src/stores/postgres/export/find-relations.ts';
import { type FreshDatabase, freshDatabase } from '../../../support/servers.ts';

const setUp = `
  CREATE TABLE orders (id int, "a b" text); INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 250) n;
  CREATE TABLE other (id int); CREATE INDEX ON other (id);
  CREATE VIEW v AS SELECT o.id FROM orders o JOIN other USING (id);
  CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM v;
  CREATE FUNCTION secret() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM public.other); END';
  CREATE MATERIALIZED VIEW opaque AS SELECT secret();
  CREATE FUNCTION writes() RETURNS void LANGUAGE sql AS 'INSERT INTO public.other VALUES (1)';`;

describe('asking', () => {
  let database: FreshDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await freshDatabase('ask');
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(setUp);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const ask = async (query: string, limit = 100) => {
    await explainQuery(client, query, 'public');
    return askQuery(client, { query, limit }, 'public');
  };

  it.for([
    ['INSERT INTO other VALUES (1)', 'bad-input'],
    ['WITH gone AS (DELETE FROM orders RETURNING 1) SELECT * FROM gone', 'bad-input'],
    ['SELECT 1; DROP TABLE orders', 'bad-input'],
    ['SELECT 1) q; DROP TABLE orders; --', 'bad-input'],
    ['SELECT * INTO copied FROM orders', 'bad-input'],
    ['SELECT * FROM orders FOR UPDATE', 'bad-input'],
    ['SELECT writes()', 'bad-input'],
    ["COPY orders TO PROGRAM 'true'", 'bad-input'],
    ["SELECT set_config('transaction_read_only', 'off', true), writes()", 'bad-input'],
    ['EXPLAIN SELECT 1', 'bad-input'],
    ['SELECT nosuch FROM orders', 'bad-input'],
    ['SELECT 1 / 0', 'bad-input'],
    ['SELECT $1', 'bad-input'],
    ['SELECT * FROM m_', 'unknown-name'],
    ['', 'bad-input'],
  ] as const)('refuses %s, and leaves everything as it was', async ([query, kind]) => {
    await expect(ask(query)).rejects.toMatchObject({ kind });
    const { rows } = await client.query('SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM other) AS n');
    expect(rows).toEqual([{ n: '250' }]);
  });

  it('says where a mistake is, counted from the start of what was asked', async () => {
    await expect(ask('SELECT 1 FRM orders')).rejects.toThrow('at character 14');
  });

  it('answers over several fetches, up to the limit', async () => {
    const all = await ask('SELECT id FROM orders ORDER BY id', 1000);
    expect(all).toMatchObject({ hasMore: false, columns: [{ name: 'id', type: 'integer' }] });
    expect(all.rows.map(([id]) => Number(id))).toEqual(Array.from({ length: 250 }, (_, n) => n + 1));
    const some = await ask('SELECT id FROM orders ORDER BY id', 150);
    expect([some.rows.length, some.hasMore]).toEqual([150, true]);
    expect((await ask('SELECT id FROM orders', 250)).hasMore).toBe(false);
  });

  it('gives values as the server prints them, and names as they are', async () => {
    const query = `SELECT 1 AS "a b", 2 AS "a b", NULL, 9007199254740993, '2024-01-01 00:00:00.000001+02'::timestamptz, '{1,NULL}'::int[]`;
    const { columns, rows } = await ask(query);
    expect(columns.map(({ name }) => name).slice(0, 2)).toEqual(['a b', 'a b']);
    expect(rows[0]!.slice(0, 4)).toEqual(['1', '2', null, '9007199254740993']);
    expect(rows[0]![5]).toBe('{1,NULL}');
  });

  it('counts what was read, by whatever way', async () => {
    const scanned = async (query: string) => (await ask(query)).scanned.map((key) => JSON.parse(key)[1]);
    expect(await scanned('SELECT secret()')).toContain('other');
    expect(await scanned('SELECT 1')).not.toContain('other');
    expect(await scanned('SELECT id FROM orders')).not.toContain('other');
  });

  it('knows what is behind a materialized view, and when nobody knows', async () => {
    const m = await behindViews(client, [{ schema: 'public', name: 'm' }]);
    expect(m.tables.map(({ name }) => name).sort()).toEqual(['orders', 'other']);
    expect(m).toMatchObject({ isOpen: false, views: [{ name: 'm' }] });
    expect(await behindViews(client, [{ schema: 'public', name: 'opaque' }])).toMatchObject({ isOpen: true });
    expect(await behindViews(client, [{ schema: 'public', name: 'orders' }])).toMatchObject({ views: [], tables: [] });
  });

  it('takes a query with its semicolon', () => {
    expect(trimQuery(' SELECT 1 ;; \n')).toBe('SELECT 1');
  });
});
