// Rows Y3 C3 C5 C7 of docs/coverage.md.
import { describe, expect, test } from 'vitest';
import type { Check, SearchCheck } from '../../../../src/domain/checks.ts';
import { database, open, sql } from '../lab.ts';
import { one } from './run.ts';

const setUp = `CREATE EXTENSION vector; CREATE DOMAIN embedding AS vector;
  CREATE TABLE t (id int PRIMARY KEY, v vector, d embedding, h halfvec, s sparsevec, b varbit, name text);`;

const dimensions = (column: string, count = 3, nulls: 'allowed' | 'refused' = 'refused'): Check => ({
  kind: 'dimensions',
  of: 'public.t',
  column,
  dimensions: count,
  nulls,
});

describe('dimensions', () => {
  test('of vectors of every type are counted, and nulls where they may not be', async () => {
    const url = await database(
      `${setUp} INSERT INTO t SELECT n, '[1,2,3]', '[1,2,3]', '[1,2,3]', '{1:1}/3', '101' FROM generate_series(1, 5) n`,
    );
    const columns = ['v', 'd', 'h', 's', 'b'];
    for (const column of columns) {
      expect(await one(url, dimensions(column)), column).toMatchObject({ state: 'green', found: '5 rows read' });
    }
    await sql(
      url,
      `INSERT INTO t VALUES (6, '[1,2]', '[1,2]', '[1,2]', '{1:1}/2', '10'), (7, '[1]', '[1]', '[1]', '{1:1}/1', '1'), (8, NULL, NULL, NULL, NULL, NULL)`,
    );
    for (const column of columns) {
      expect(await one(url, dimensions(column)), column).toMatchObject({
        state: 'red',
        found: '2 rows with 1 to 2 dimensions, 1 row with null, of 8',
      });
    }
    await sql(url, 'DELETE FROM t WHERE id IN (6, 7)');
    for (const column of columns) {
      const found = '1 row with null, of 6';
      expect(await one(url, dimensions(column)), column).toMatchObject({ state: 'red', found });
      const allowed = await one(url, dimensions(column, 3, 'allowed'));
      expect(allowed, column).toMatchObject({ state: 'green', found: '6 rows read, 1 row with null' });
    }
  });

  test('of what is no vector, or not there, are red', async () => {
    const url = await database(setUp);
    expect((await one(url, dimensions('name'))).found).toBe('name is text, which is no vector');
    expect((await one(url, dimensions('gone'))).found).toBe('public.t has no column gone');
    expect((await one(url, { ...dimensions('v'), of: 'public.gone' } as Check)).found).toBe('there is no public.gone');
  });
});

describe('a search', () => {
  const check = (more: Partial<SearchCheck>): Check => ({
    kind: 'search',
    of: 'public.t',
    column: 'v',
    key: 'id',
    near: { key: '5' },
    metric: 'l2',
    limit: 3,
    hits: ['4', '5', '6'],
    ...more,
  });
  const filled = `${setUp} INSERT INTO t SELECT n, v, v, v::halfvec, v::sparsevec, (CASE WHEN n < 3 THEN '110' ELSE '001' END)::varbit
    FROM (SELECT n, format('[%s,1,0]', n)::vector AS v FROM generate_series(1, 100) n) rows;`;

  test('finds what is nearest, by the key of a row or by a vector, with an index or without', async () => {
    const url = await database(filled);
    for (const index of ['', 'CREATE INDEX ON t USING hnsw ((v::vector(3)) vector_l2_ops)']) {
      if (index !== '') await sql(url, index);
      for (const column of ['v', 'd', 'h', 's']) {
        expect(await one(url, check({ column })), column).toMatchObject({ state: 'green' });
        const near = { vector: [5, 1, 0] };
        expect(await one(url, check({ column, near })), column).toMatchObject({ state: 'green' });
        const far = await one(url, check({ column, hits: ['4', '99'] }));
        expect(far, column).toMatchObject({ state: 'red', found: '99 not among the 3 found' });
      }
    }
    expect(await one(url, check({ metric: 'ip', hits: ['100'] }))).toMatchObject({ state: 'green' });
    expect(await one(url, check({ metric: 'cosine', near: { vector: [1, 1, 0] }, hits: ['1'] }))).toMatchObject({
      state: 'green',
    });
  });

  test('that cannot be made says why', async () => {
    const url = await database(filled);
    await sql(url, 'INSERT INTO t (id) VALUES (200)');
    expect((await one(url, check({ near: { key: '999' } }))).found).toBe('there is no row to search from');
    expect((await one(url, check({ near: { key: '200' } }))).found).toBe('the row to search from has null');
    expect((await one(url, check({ column: 'b' }))).found).toBe('bit columns have no distance l2');
    expect(await one(url, check({ near: { vector: [1, 2] } }))).toMatchObject({ state: 'red' });
  });
});

describe('keys', () => {
  test('are texts of every row, a handful at a time, and null where there is none', async () => {
    const url = await database(`CREATE TABLE t (a int8, b uuid, c text);
      INSERT INTO t SELECT n, md5(n::text)::uuid, 'Ä ' || n FROM generate_series(1, 25000) n; INSERT INTO t VALUES (-7, NULL, '')`);
    const place = await open(url);
    const found = new Map<string | null, readonly (string | null)[]>();
    let handfuls = 0;
    for await (const rows of place.can.checks!.keys!('public.t', ['a', 'b', 'c'])) {
      handfuls += 1;
      for (const row of rows) found.set(row[0]!, row);
    }
    expect(found.size).toBe(25_001);
    expect(handfuls).toBeGreaterThan(1);
    expect(found.get('1')).toEqual(['1', 'c4ca4238-a0b9-2382-0dcc-509a6f75849b', 'Ä 1']);
    expect(found.get('-7')).toEqual(['-7', null, '']);
  });

  test('left early leave no transaction, and of what is not there fail', async () => {
    const url = await database('CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 50000)');
    const place = await open(url);
    for await (const rows of place.can.checks!.keys!('public.t', ['a'])) {
      expect(rows.length).toBeGreaterThan(0);
      break;
    }
    const busy = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`;
    expect(await sql(url, busy)).toEqual([]);
    const read = async (object: string, column: string) => Array.fromAsync(place.can.checks!.keys!(object, [column]));
    await expect(read('public.gone', 'a')).rejects.toMatchObject({ kind: 'missing' });
    await expect(read('public.t', 'gone')).rejects.toMatchObject({ kind: 'missing' });
  });
});

describe('an index over vectors', () => {
  test('is one of that method, operator class and options', async () => {
    const url = await database(`${setUp} ALTER TABLE t ALTER v TYPE vector(3);
      CREATE INDEX nearest ON t USING hnsw (v vector_cosine_ops) WITH (m = 24, ef_construction = 100)`);
    const index = (options: Record<string, number>, opclass = 'vector_cosine_ops'): Check => ({
      kind: 'index',
      of: 'public.t',
      keys: [{ column: 'v', opclass }],
      isUnique: false,
      method: 'hnsw',
      include: [],
      nullsNotDistinct: false,
      options,
    });
    expect(await one(url, index({ m: 24 }))).toMatchObject({ state: 'green', found: 'nearest' });
    expect(await one(url, index({ m: 24, ef_construction: 100 }))).toMatchObject({ state: 'green' });
    expect(await one(url, index({ m: 24, ef_construction: 64 }))).toMatchObject({ state: 'red' });
    expect(await one(url, index({ m: 16 }))).toMatchObject({
      state: 'red',
      expected: 'a usable index defined so, with m=16',
      found: 'nearest has m=24, ef_construction=100',
    });
    expect(await one(url, index({}, 'vector_l2_ops'))).toMatchObject({ state: 'red' });
  });
});
