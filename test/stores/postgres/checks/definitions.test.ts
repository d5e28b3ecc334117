// Rows C3 C6 of docs/coverage.md.
import { describe, expect, test } from 'vitest';
import type { IndexCheck, IndexKey } from '../../../../src/domain/checks.ts';
import { database, open, sql } from '../lab.ts';
import { now, one, run } from './run.ts';

describe('objects and columns', () => {
  test('that are not there are named', async () => {
    const url = await database(
      'CREATE TABLE "Order" (id int); CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW m AS SELECT 1',
    );
    const names = ['public.Order', 'public.v', 'public.m'];
    expect(await one(url, { kind: 'objects', names })).toMatchObject({ state: 'green', expected: '3 objects' });
    expect(await one(url, { kind: 'objects', names: [...names, 'public.order', 'public.x"y'] })).toMatchObject({
      state: 'red',
      found: 'there is no public.order, public.x"y',
    });
  });

  const facts = async (url: string, columns: { name: string; type?: string; notNull?: boolean }[]) =>
    one(url, { kind: 'columns', of: 'public.t', columns: columns.map((each) => ({ notNull: false, ...each })) });

  test('are known by type, however it is spelt, and by what they refuse', async () => {
    const url = await database(`CREATE DOMAIN mail AS text NOT NULL; CREATE TYPE size AS ENUM ('s');
      CREATE TABLE t (id bigint PRIMARY KEY, n numeric(10,2), at timestamp(3) with time zone, v varchar(20)[],
        "Odd name" int, m mail, s size, gone int); ALTER TABLE t DROP COLUMN gone`);
    const right = [
      { name: 'id', type: 'int8', notNull: true },
      { name: 'n', type: 'numeric(10, 2)' },
      { name: 'n', type: 'decimal(10,2)' },
      { name: 'at', type: 'timestamp(3) with time zone' },
      { name: 'v', type: 'character varying(20)[]' },
      { name: 'Odd name', type: 'integer' },
      { name: 'm', type: 'public.mail', notNull: true },
      { name: 's', type: 'public.size' },
      { name: 's' },
    ];
    expect(await facts(url, right)).toMatchObject({ state: 'green' });
    const wrong: [{ name: string; type?: string; notNull?: boolean }, string][] = [
      [{ name: 'gone' }, 'there is no gone'],
      [{ name: 'odd name' }, 'there is no odd name'],
      [{ name: 'ctid' }, 'there is no ctid'],
      [{ name: 'id', type: 'integer' }, 'id is bigint'],
      [{ name: 'n', type: 'numeric' }, 'n is numeric(10,2)'],
      [{ name: 'n', type: 'numeric(10,3)' }, 'n is numeric(10,2)'],
      [{ name: 'at', type: 'timestamp(3)' }, 'at is timestamp(3) with time zone'],
      [{ name: 'v', type: 'varchar(20)' }, 'v is character varying(20)[]'],
      [{ name: 's', type: 'public.no_such_type' }, 's is public.size'],
      [{ name: 'n', notNull: true }, 'n takes nulls'],
    ];
    for (const [column, found] of wrong) expect(await facts(url, [column])).toMatchObject({ state: 'red', found });
  });
});

describe('an index', () => {
  const setUp = `CREATE COLLATION shop FROM "C"; CREATE TABLE t (a int, b text, c text, d timestamptz, "e f" int);`;
  const spec = (keys: readonly (string | IndexKey)[], more: Partial<IndexCheck> = {}): IndexCheck => ({
    kind: 'index',
    of: 'public.t',
    keys: keys.map((key) => (typeof key === 'string' ? { column: key } : key)),
    isUnique: false,
    method: 'btree',
    include: [],
    nullsNotDistinct: false,
    ...more,
  });

  const pairs: [definition: string, check: IndexCheck][] = [
    ['INDEX ON t (a)', spec(['a'])],
    ['INDEX ON t (a, "e f")', spec(['a', 'e f'])],
    ['UNIQUE INDEX ON t (a)', spec(['a'], { isUnique: true })],
    ['INDEX ON t (a DESC)', spec([{ column: 'a', order: 'desc' }])],
    ['INDEX ON t (a NULLS FIRST)', spec([{ column: 'a', nulls: 'first' }])],
    ['INDEX ON t (b)', spec(['b'])],
    ['INDEX ON t (b COLLATE public.shop)', spec([{ column: 'b', collation: 'public.shop' }])],
    ['INDEX ON t (b text_pattern_ops)', spec([{ column: 'b', opclass: 'text_pattern_ops' }])],
    ['INDEX ON t (lower(b))', spec([{ expression: 'lower( b )' }])],
    ['INDEX ON t (lower(c))', spec([{ expression: 'lower(c) -- of c' }])],
    ['INDEX ON t (a) WHERE d IS NULL', spec(['a'], { where: '(d) is null' })],
    ['INDEX ON t (a) WHERE d IS NOT NULL', spec(['a'], { where: 'd IS NOT NULL' })],
    ['INDEX ON t (a) INCLUDE (b)', spec(['a'], { include: ['b'] })],
    ['INDEX ON t USING hash (a)', spec(['a'], { method: 'hash' })],
    ['INDEX ON t USING brin (d)', spec(['d'], { method: 'brin' })],
    ['UNIQUE INDEX ON t (a) NULLS NOT DISTINCT', spec(['a'], { isUnique: true, nullsNotDistinct: true })],
  ];

  test('is known by its definition and not by its name, and by every part of it', async () => {
    const url = await database(setUp);
    const place = await open(url);
    const checks = pairs.map(([, check]) => check);
    for (const [n, [definition]] of pairs.entries()) {
      await sql(url, `CREATE ${definition.replace('INDEX ON', `INDEX "named ${n}" ON`)}`);
      const rows = await place.can.checks!.run(checks, { at: now, isInService: true });
      const states = rows.map(({ state }) => state);
      expect(states, definition).toEqual(pairs.map((_, at) => (at === n ? 'green' : 'red')));
      expect(rows[n]!.found).toBe(`named ${n}`);
      await sql(url, `DROP INDEX "named ${n}"`);
    }
  }, 30_000);

  test('that is invalid does not count', async () => {
    const url = await database(`${setUp} INSERT INTO t (a) VALUES (1), (1)`);
    await expect(sql(url, 'CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)')).rejects.toThrow(
      'could not create unique',
    );
    expect(await one(url, spec(['a'], { isUnique: true }))).toMatchObject({
      state: 'red',
      found: 'broken is defined so and invalid: REINDEX it',
    });
    await sql(
      url,
      `CREATE INDEX unsure ON t (b); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'unsure'::regclass`,
    );
    expect(await one(url, spec(['b']))).toMatchObject({ state: 'red' });
    await sql(url, 'REINDEX INDEX unsure');
    expect(await one(url, spec(['b']))).toMatchObject({ state: 'green' });
  });

  test('that is not there leads to those that are, the nearest first', async () => {
    const url = await database(`${setUp} CREATE INDEX other ON t (b); CREATE INDEX wanted ON t (a) WHERE a > 5`);
    expect((await one(url, spec(['a']))).found).toMatch(/^none; there is: CREATE INDEX wanted .*; CREATE INDEX other/);
  });

  test('leaves nothing, and its text cannot do anything else', async () => {
    const url = await database(`${setUp} CREATE TABLE precious ()`);
    const hostile = [
      spec([{ expression: 'a)); DROP TABLE precious; --' }]),
      spec(['a'], { where: 'true); DROP TABLE precious; --' }),
      spec(['a'], { method: 'btree (a); DROP TABLE precious; --' }),
      spec([{ column: 'a', opclass: 'x; DROP TABLE precious' }]),
      spec(['no such column']),
    ];
    for (const row of await run(url, [...hostile, spec(['a'])])) expect(row.state).toBe('red');
    const left = await sql(url, `SELECT relname FROM pg_class WHERE relname IN ('dr_twin', 'precious')`);
    expect(left).toEqual([{ relname: 'precious' }]);
  });

  test('is looked for where the user forbids tables by an event trigger', async () => {
    const url = await database(`${setUp} CREATE INDEX ON t (a);
      CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
      CREATE EVENT TRIGGER no ON ddl_command_end EXECUTE FUNCTION no()`);
    expect((await one(url, spec(['a']))).state).toBe('green');
  });
});
