// Rows C3 C6 of docs/coverage.md.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { freshDatabase, postgres15Server } from '../../../support/servers.ts';
import { database, sql } from '../lab.ts';
import { one, orphansOf } from './run.ts';

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
