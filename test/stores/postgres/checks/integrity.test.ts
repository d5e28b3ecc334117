// Rows C3 C6 of docs/coverage.md.
import { describe, expect, test } from 'vitest';
import type { Check } from '../../../../src/domain/checks.ts';
import { freshDatabase, postgres15Server } from '../../../support/servers.ts';
import { database, sql } from '../lab.ts';
import { run } from './run.ts';

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
