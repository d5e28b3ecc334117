import { expect, test } from 'vitest';
import { postgres } from '../../../src/stores/postgres/index.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { database, open, sql, take, until, writer } from './lab.ts';

test('work told to stop while the server computes is cancelled at the server within a second', async () => {
  const url = await database(`
    CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN $1; END';
    CREATE TABLE t AS SELECT 1 AS a; CREATE INDEX by_slow ON t (slow(a))`);
  const taken = await take(url);
  await sql(
    url,
    `CREATE OR REPLACE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END'`,
  );
  const to = await database();
  const stop = new AbortController();
  const place = await open(to, { signal: stop.signal });
  const by = writer();
  await place.begin(by, taken.meta);
  for (const stage of ['schema', 'data'] as const) {
    for (const unit of postgres.units(taken.meta, stage)) await place.restore(unit, taken.meta, taken.vault, by);
  }
  await sql(to, 'INSERT INTO t SELECT generate_series(1, 1000)');
  const [index] = postgres.units(taken.meta, 'index');
  const building = place.restore(index!, taken.meta, taken.vault, by);
  building.catch(() => {});
  const isBuilding = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%by_slow%'
    AND pid <> pg_backend_pid() AND state = 'active'`;
  await until('the index is being built', async () => (await sql(to, isBuilding)).length > 0);
  const toldAt = performance.now();
  stop.abort();
  await expect(building).rejects.toMatchObject({ kind: 'interrupted' });
  expect(performance.now() - toldAt).toBeLessThan(1_000);
  await until('the server has stopped', async () => (await sql(to, isBuilding)).length === 0);
  expect(performance.now() - toldAt).toBeLessThan(3_000);
  expect(await (await open(to)).ledger(by)).not.toContain(index!.id);
});

test('a stream that is shorter than the set says is damage, in binary and in text, and no value of it is told', async () => {
  const rows = 'SELECT i AS id FROM generate_series(1, 500) i';
  const taken = await take(
    await database(
      `CREATE TABLE numbers AS ${rows}; CREATE TABLE texts AS SELECT 'pg_class'::regclass AS k, id FROM (${rows}) r`,
    ),
  );
  const place = await open(await database());
  const by = writer();
  await place.begin(by, taken.meta);
  for (const unit of postgres.units(taken.meta, 'schema')) await place.restore(unit, taken.meta, taken.vault, by);
  for (const unit of postgres.units(taken.meta, 'data')) {
    const whole = taken.vault.streams.get(unit.id)!;
    for (const less of [1, 2, 5, 40]) {
      const cut = memoryVault();
      cut.streams.set(unit.id, whole.subarray(0, whole.length - less));
      const error = await place.restore(unit, taken.meta, cut, by).catch((caught: Error) => caught);
      expect(error, `${unit.says}, ${less} bytes less`).toMatchObject({ kind: 'damaged' });
      expect(String(error)).not.toContain('pg_cl');
    }
  }
});
