// Rows C3 C6 of docs/coverage.md.
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Check, CheckRow, IndexCheck, IndexKey, SqlCheck } from '../../../src/domain/checks.ts';
import type { CheckOptions } from '../../../src/stores/port.ts';
import { freshDatabase, postgres15Server } from '../../support/servers.ts';
import { database, open, sql } from './lab.ts';

const now = '2026-03-01T02:00:00.000Z';

const run = async (url: string, checks: readonly Check[], more: Partial<CheckOptions> = {}): Promise<CheckRow[]> => {
  const place = await open(url);
  return place.can.checks!.run(checks, { at: now, isInService: false, ...more });
};
const one = async (url: string, check: Check, more: Partial<CheckOptions> = {}): Promise<CheckRow> =>
  (await run(url, [check], more))[0]!;

const orphansOf = (child: string, columns: string[], parent: string, parentColumns: string[]): Check => ({
  kind: 'orphans',
  child,
  columns,
  parent,
  parentColumns,
});

describe('orphans', () => {
  const setUp = `CREATE TABLE parent (a int, b text, PRIMARY KEY (a, b)); CREATE TABLE child (x int, y text);
    INSERT INTO parent VALUES (1, 'one'), (2, 'two');`;
  const check = orphansOf('public.child', ['x', 'y'], 'public.parent', ['a', 'b']);

  test('are counted in rows, and a null among the columns is none', async () => {
    const url = await database(`${setUp} INSERT INTO child VALUES (1, 'one'), (1, 'one'), (NULL, 'x'), (9, NULL)`);
    expect(await one(url, check)).toMatchObject({ state: 'green', found: '0 orphans' });
    await sql(url, `INSERT INTO child VALUES (1, 'two'), (1, 'two'), (3, 'three')`);
    expect(await one(url, check)).toMatchObject({ state: 'red', expected: '0 orphans', found: '3 orphans' });
  });

  test('are told as digests of their keys, and as keys only where a person asks for them', async () => {
    const url = await database(`${setUp} INSERT INTO child VALUES (3, 'ana@example')`);
    const kept = await one(url, check);
    const digest = createHash('sha256').update('(3,ana@example)').digest('hex').slice(0, 16);
    expect(kept.examples).toEqual([digest]);
    expect(JSON.stringify(kept)).not.toContain('ana');
    expect((await one(url, check, { shows: 'values' })).examples).toEqual(['(3,ana@example)']);
  });

  test('are few as examples however many they are', async () => {
    const url = await database(`${setUp} INSERT INTO child SELECT n, 'x' FROM generate_series(10, 500) n`);
    const found = await one(url, check);
    expect(found.found).toBe('491 orphans');
    expect(found.examples).toHaveLength(5);
  });

  test('are found under hostile names', async () => {
    const names = ['we.ird "table"', `x'; DROP TABLE parent; --`, 'line\nbreak', 'ünïcödé \u202e'];
    for (const name of names) {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      const url = await database(`CREATE SCHEMA ${quoted}; CREATE TABLE ${quoted}.${quoted} (${quoted} int);
        CREATE TABLE parent (${quoted} int); INSERT INTO ${quoted}.${quoted} VALUES (1), (2), (NULL); INSERT INTO parent VALUES (1)`);
      const part = /[."]/.test(name) ? quoted : name;
      const hostile = orphansOf(`${part}.${part}`, [name], 'public.parent', [name]);
      expect(await one(url, hostile)).toMatchObject({ state: 'red', found: '1 orphan' });
      expect(await sql(url, 'SELECT FROM parent')).toHaveLength(1);
    }
  });

  test('are judged by what equal means to the type, also where an extension says it', async (context) => {
    const server = await postgres15Server(context.skip);
    const { url, drop } = await freshDatabase('checks', server);
    context.onTestFinished(drop);
    await sql(
      url,
      `CREATE EXTENSION citext; CREATE TABLE p (mail citext); CREATE TABLE c (mail citext);
        INSERT INTO p VALUES ('Ana@Example'); INSERT INTO c VALUES ('ana@example')`,
    );
    expect(await one(url, orphansOf('public.c', ['mail'], 'public.p', ['mail']))).toMatchObject({ state: 'green' });
  });

  test('of a million rows cost this process next to no memory', async () => {
    const url = await database(`CREATE TABLE p AS SELECT n::int8 AS id FROM generate_series(1, 500000) n;
      CREATE TABLE c AS SELECT n::int8 AS p FROM generate_series(1, 1000000) n; ANALYZE`);
    const before = process.memoryUsage();
    const found = await one(url, orphansOf('public.c', ['p'], 'public.p', ['id']));
    const after = process.memoryUsage();
    expect(found).toMatchObject({ state: 'red', found: '500000 orphans' });
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(16_000_000);
  }, 30_000);

  test('in tables or columns that are not there are red', async () => {
    const url = await database(setUp);
    expect((await one(url, orphansOf('public.gone', ['x'], 'public.parent', ['a']))).found).toBe(
      'there is no public.gone',
    );
    expect((await one(url, orphansOf('public.child', ['x'], 'other.parent', ['a']))).found).toBe(
      'there is no other.parent',
    );
    expect(await one(url, orphansOf('public.child', ['gone'], 'public.parent', ['a']))).toMatchObject({
      state: 'red',
      found: expect.stringContaining('c.gone does not exist'),
    });
  });
});

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

describe('the newest row', () => {
  const setUp = `CREATE TABLE t (at timestamptz, plain timestamp, day date, word text);`;
  const check = (column: string, withinMs = 3_600_000): Check => ({
    kind: 'newestRow',
    of: 'public.t',
    column,
    withinMs,
  });

  test('is held against the instant that is asked about, to the millisecond', async () => {
    const url = await database(`${setUp} INSERT INTO t VALUES
      ('2026-03-01 03:00:00+02', '2026-03-01 01:00:00', '2026-03-01', 'x'), ('2020-01-01', '2020-01-01', '2020-01-01', 'y')`);
    for (const column of ['at', 'plain']) {
      expect(await one(url, check(column))).toMatchObject({ state: 'green', found: '2026-03-01T01:00:00.000Z' });
      expect(await one(url, check(column, 3_599_999))).toMatchObject({ state: 'red' });
      expect(await one(url, check(column), { at: '2026-03-01T02:00:00.001Z' })).toMatchObject({ state: 'red' });
    }
    expect(await one(url, check('day', 7_200_000))).toMatchObject({ state: 'green' });
  });

  test('is not one without a time, nor one of never', async () => {
    const url = await database(`${setUp} INSERT INTO t (at) VALUES (NULL), ('infinity'), ('-infinity')`);
    expect(await one(url, check('at'))).toMatchObject({ state: 'red', found: 'no row with a time' });
    await sql(url, `INSERT INTO t (at) VALUES ('294000-01-01'), ('4713-01-01 BC')`);
    expect(await one(url, check('at'))).toMatchObject({ state: 'green' });
  });

  test('of what is no time, or of nothing, is red', async () => {
    const url = await database(setUp);
    expect((await one(url, check('word'))).found).toBe('word is text, which is no time');
    expect((await one(url, check('gone'))).found).toBe('public.t has no column gone');
    expect((await one(url, { ...check('at'), of: 'public.gone' } as Check)).found).toBe('there is no public.gone');
  });
});

describe('a query of one’s own', () => {
  const check = (query: string, expect: SqlCheck['expect'], timeoutMs = 5000): Check => ({
    kind: 'sql',
    says: 'it is so',
    query,
    expect,
    timeoutMs,
  });
  const setUp = `CREATE TABLE t (n numeric, word text); INSERT INTO t VALUES (12, 'ana@example'), (3, 'bo@example');`;

  test('is judged by its one value or by its rows', async () => {
    const url = await database(setUp);
    const cases: [Check, CheckRow['state'], string][] = [
      [check('SELECT count(*) FROM public.t;', { equals: 2 }), 'green', '2'],
      [check('SELECT sum(n) FROM public.t -- all', { min: 16 }), 'red', '15'],
      [check('SELECT max(n) FROM public.t', { max: 12 }), 'green', '12'],
      [check('SELECT n FROM public.t', { min: 0 }), 'red', 'more than one row'],
      [check('SELECT n FROM public.t WHERE false', { max: 0 }), 'red', 'no row'],
      [check('SELECT NULL', { equals: 1 }), 'red', 'null'],
      [check('SELECT true', { equals: true }), 'green', 'true'],
      [check('SELECT word FROM public.t WHERE n = 3', { equals: 'bo@example' }), 'green', 'as expected'],
      [check('SELECT word FROM public.t WHERE n = 12', { equals: 'bo@example' }), 'red', 'another value'],
      [check('SELECT FROM public.t WHERE n < 0', { rows: 'empty' }), 'green', 'no row'],
      [check('TABLE public.t', { rows: 'empty' }), 'red', 'more than one row'],
      [check('WITH a AS (SELECT 1 AS x, 2 AS x) SELECT * FROM a', { rows: 'nonEmpty' }), 'green', 'one row'],
    ];
    const rows = await run(
      url,
      cases.map(([each]) => each),
    );
    expect(rows.map(({ state, found }) => [state, found])).toEqual(cases.map(([, state, found]) => [state, found]));
    expect(JSON.stringify(rows)).not.toContain('ana');
  });

  test('can neither write nor be two', async () => {
    const url = await database(`${setUp} CREATE SEQUENCE s;
      CREATE FUNCTION sneak() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
        PERFORM set_config('transaction_read_only', 'off', true); DELETE FROM public.t; RETURN 1; END $$`);
    const attempts = [
      'DELETE FROM public.t RETURNING 1',
      'WITH gone AS (DELETE FROM public.t RETURNING 1) SELECT 1',
      'SELECT 1) AS x; DELETE FROM public.t; --',
      `SELECT nextval('public.s')`,
      'SELECT public.sneak()',
      'COPY public.t TO STDOUT',
    ];
    for (const query of attempts) {
      const row = await one(url, check(query, { equals: 1 }));
      expect(row.state, query).not.toBe('green');
    }
    expect(await sql(url, 'SELECT FROM t')).toHaveLength(2);
    expect(await sql(url, 'SELECT last_value FROM s WHERE NOT is_called')).toHaveLength(1);
  });

  test('that takes too long is not measured, and the next check is', async () => {
    const url = await database(setUp);
    const rows = await run(url, [
      check('SELECT pg_sleep(30)', { rows: 'nonEmpty' }, 300),
      check('SELECT 1', { equals: 1 }),
    ]);
    expect(rows).toMatchObject([{ state: 'not measured', found: 'no answer within 300ms' }, { state: 'green' }]);
  });

  test('that fails is red, and no value is quoted for it', async () => {
    const url = await database(setUp);
    const failing: [string, string | RegExp][] = [
      ['SELECT gone FROM public.t', /the query fails \(42703\): column "gone" does not exist/],
      ['SELEC 1', /the query fails \(42601\)/],
      ['SELECT word::int FROM public.t', /^the query fails \(22P02\)$/],
    ];
    for (const [query, found] of failing) {
      const row = await one(url, check(query, { min: 0 }));
      expect(row.state).toBe('red');
      expect(row.found).toMatch(found);
    }
  });
});

describe('a login with too few rights', () => {
  test('has nothing measured by it, and is told what it lacks', async () => {
    const url = await database('CREATE TABLE t (a int, at timestamptz); CREATE TABLE open (a int)');
    const role = `reader_${randomBytes(4).toString('hex')}`;
    await sql(url, `CREATE ROLE ${role} LOGIN PASSWORD 'pw'; GRANT SELECT ON open TO ${role}`);
    const other = new URL(url);
    other.username = role;
    other.password = 'pw';
    const rows = await run(other.href, [
      orphansOf('public.open', ['a'], 'public.t', ['a']),
      { kind: 'newestRow', of: 'public.t', column: 'at', withinMs: 1000 },
      { kind: 'sql', says: 'x', query: 'TABLE public.t', expect: { rows: 'empty' }, timeoutMs: 1000 },
      { kind: 'objects', names: ['public.t'] },
    ]);
    await sql(url, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
    expect(rows.map(({ state }) => state)).toEqual(['not measured', 'not measured', 'not measured', 'green']);
    for (const { found } of rows.slice(0, 3)) expect(found).toMatch(/permission denied for table t.*grant this login/);
  });
});

describe('integrity', () => {
  const check: Check = { kind: 'integrity' };

  test('is not measured where the server has no amcheck', async () => {
    const [structures, checksums] = await run(await database('CREATE TABLE t (a int PRIMARY KEY)'), [check]);
    expect(structures).toMatchObject({ state: 'not measured', found: expect.stringContaining('no extension amcheck') });
    expect(checksums!.says).toContain('checksums');
    expect(checksums!.state).not.toBe('red');
  });

  const damaged = `CREATE FUNCTION cmp(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($1, $2)';
    CREATE OPERATOR CLASS odd FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=,
      OPERATOR 5 >, FUNCTION 1 cmp(int, int);
    CREATE TABLE t (a int, word text); INSERT INTO t SELECT n, repeat('x', 3000) FROM generate_series(1, 1000) n;
    CREATE INDEX "odd one" ON t (a odd);`;

  test('finds an index whose order is not what it says, reading everything, and leaves nothing', async (context) => {
    const server = await postgres15Server(context.skip);
    const { url, drop } = await freshDatabase('checks', server);
    context.onTestFinished(drop);
    await sql(url, damaged);
    const [whole] = await run(url, [check]);
    expect(whole).toMatchObject({ state: 'green', found: expect.stringMatching(/^\d{3} tables and indexes read$/) });
    await sql(
      url,
      `CREATE OR REPLACE FUNCTION cmp(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($2, $1)'`,
    );
    const [broken] = await run(url, [check]);
    expect(broken).toMatchObject({ state: 'red', found: expect.stringMatching(/^public\."odd one": .*order/) });
    expect(await sql(url, `SELECT FROM pg_extension WHERE extname = 'amcheck'`)).toHaveLength(0);
    expect(await sql(url, `SELECT FROM pg_namespace WHERE nspname = 'dr_amcheck'`)).toHaveLength(0);
  });

  test('makes no extension where users work, and keeps none of them waiting', async (context) => {
    const server = await postgres15Server(context.skip);
    const { url, drop } = await freshDatabase('checks', server);
    context.onTestFinished(drop);
    await sql(url, damaged);
    const [without] = await run(url, [check], { isInService: true });
    expect(without).toMatchObject({
      state: 'not measured',
      found: expect.stringContaining('CREATE EXTENSION amcheck'),
    });
    await sql(url, 'CREATE EXTENSION amcheck');
    const [beside] = await run(url, [check], { isInService: true });
    expect(beside).toMatchObject({ state: 'green' });
  });
});
