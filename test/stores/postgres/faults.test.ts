import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { startPostgres } from '../../../src/local/components/postgres.ts';
import { postgres } from '../../../src/stores/postgres/index.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { pgBin } from '../../support/servers.ts';
import { database, open, restoreRest, sql, type Taken, take, writer } from './lab.ts';

const tables = `
  CREATE TABLE one AS SELECT i AS id, md5(i::text) AS words FROM generate_series(1, 60000) i;
  CREATE TABLE two AS SELECT i AS id, repeat('x', i % 100) AS words FROM generate_series(1, 20000) i;
  ALTER TABLE one ADD PRIMARY KEY (id); CREATE INDEX ON one (words);
  ALTER TABLE two ADD FOREIGN KEY (id) REFERENCES one; CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM one`;

const until = async (what: string, is: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (!(await is())) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await pause(5);
  }
};

const keptIn = async ({ vault, meta }: Taken): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dr-set-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
  for (const [name, bytes] of vault.streams) await writeFile(join(folder, encodeURIComponent(name)), bytes);
  return folder;
};

test('a restoring process that is killed at a random moment is taken up by another one, and nothing lands twice', async () => {
  const taken = await take(await database(tables));
  const folder = await keptIn(taken);
  const all = (['schema', 'data', 'index', 'finish'] as const).flatMap((stage) => [
    ...postgres.units(taken.meta, stage),
  ]);
  for (const share of [0.1 + Math.random() * 0.3, 0.4 + Math.random() * 0.5]) {
    const url = await database();
    const place = await open(url);
    const by = writer();
    await place.begin(by, taken.meta);
    const args = [join(import.meta.dirname, 'restore-child.ts'), folder, url, JSON.stringify(by)];
    const child = spawn(process.execPath, args, {
      stdio: 'inherit',
      env: { ...process.env, DR_PG_BIN: await pgBin() },
    });
    const ended = once(child, 'exit');
    const wanted = Math.floor(all.length * share);
    await until(`${wanted} of ${all.length} units`, async () => (await place.ledger(by)).size >= wanted);
    child.kill('SIGKILL');
    await ended;

    const done = await place.ledger(by);
    await restoreRest(place, taken.meta, taken.vault, by);
    expect(done.size, `killed after ${wanted} units`).toBeLessThan(all.length);
    expect(await place.ledger(by)).toEqual(new Set(all.map(({ id }) => id)));
    await place.end(by);
    expect(compareFingerprints(taken.fingerprint, await place.fingerprint({}))).toEqual([]);
    expect(await sql(url, 'SELECT FROM pg_index WHERE NOT indisvalid')).toEqual([]);
  }
});

test('a server that crashes in the middle of a unit leaves nothing of it, and the restore goes on when it is back', async () => {
  const taken = await take(await database(tables));
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const url = server.url;
  const by = writer();
  const place = await open(url);
  await place.begin(by, taken.meta);
  for (const unit of postgres.units(taken.meta, 'schema')) await place.restore(unit, taken.meta, taken.vault, by);
  const [first] = postgres.units(taken.meta, 'data');
  const slow = memoryVault(65_536);
  for (const [name, bytes] of taken.vault.streams) slow.streams.set(name, bytes);
  slow.fault = { is: 'stall', afterBytes: first!.bytes / 2 };
  const restoring = place.restore(first!, taken.meta, slow, by);
  restoring.catch(() => {});
  await slow.stalled();
  await server.kill();
  await expect(restoring).rejects.toMatchObject({ kind: 'unreachable' });
  await expect(place.inspect()).rejects.toMatchObject({ kind: 'unreachable' });

  await server.restart();
  expect(await place.ledger(by)).toEqual(new Set(['schema']));
  await restoreRest(place, taken.meta, taken.vault, by);
  expect(compareFingerprints(taken.fingerprint, await place.fingerprint({}))).toEqual([]);
});

test('work told to stop while the server computes is cancelled at the server within a second', async () => {
  const url = await database(`
    CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN $1; END';
    CREATE TABLE t AS SELECT 1 AS a; CREATE INDEX by_slow ON t (slow(a))`);
  const taken = await take(url);
  await sql(
    url,
    `CREATE OR REPLACE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END'`,
  );
  const slowly = { ...taken, meta: taken.meta };
  const to = await database();
  const stop = new AbortController();
  const place = await open(to, { signal: stop.signal });
  const by = writer();
  await place.begin(by, slowly.meta);
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
