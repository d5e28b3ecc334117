import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { dropCities, startOthers } from '../../../src/local/demo/demo-stores.ts';
import { freshDatabase } from '../../support/servers.ts';
import { until } from '../../support/until.ts';
import { withEnv } from '../../support/with-env.ts';

test('stores that a machine cannot run are left out, each with the reason and what to install', async () => {
  const nothing = mkdtempSync(join(tmpdir(), 'dr-no-programs-'));
  onTestFinished(() => rmSync(nothing, { recursive: true }));
  const { stores, leftOut } = await withEnv({ PATH: nothing }, () => startOthers(() => {}));
  expect(stores).toEqual([]);
  expect(leftOut.map(({ name, why, hint }) => [name, why.split(';')[0], hint.slice(0, 30)])).toEqual([
    ['MongoDB', 'component MongoDB not found', expect.stringContaining('mongod')],
    ['Milvus', 'component Milvus Lite not found', expect.stringContaining('Python')],
    ['Redis', 'component Redis not found', expect.stringContaining('redis-server')],
  ]);
  for (const { why } of leftOut) expect(why).toMatch(/PATH/);
});

test('tables dropped under a visit wait for it, and neither falls to a deadlock', async () => {
  await using database = await freshDatabase('visited');
  await using open = new AsyncDisposableStack();
  const connect = async (): Promise<pg.Client> => {
    const client = open.adopt(new pg.Client({ connectionString: database.url }), (one) => one.end());
    await client.connect();
    return client;
  };
  const [user, job] = await Promise.all([connect(), connect()]);
  await user.query(`
    CREATE TABLE region (); CREATE TABLE district (); CREATE TABLE city (id int PRIMARY KEY);
    CREATE TABLE visit (city int REFERENCES city)`);
  await user.query('BEGIN; INSERT INTO visit VALUES (NULL)');
  const dropped = job.query(dropCities).then(() => 'dropped', String);
  await until('the job waits for the visit', async () => {
    const { rows } = await user.query("SELECT FROM pg_locks WHERE NOT granted AND relation = 'visit'::regclass");
    return rows.length > 0;
  });
  await user.query('SELECT FROM city; COMMIT');
  expect(await dropped).toBe('dropped');
});
