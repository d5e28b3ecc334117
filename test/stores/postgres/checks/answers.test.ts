// Rows C3 C6 of docs/coverage.md.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Check, CheckRow, SqlCheck } from '../../../../src/domain/checks.ts';
import { database, sql } from '../lab.ts';
import { one, orphansOf, run } from './run.ts';

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
