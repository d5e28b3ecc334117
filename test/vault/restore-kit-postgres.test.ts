import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, expect, it } from 'vitest';
import { compareFingerprints } from '../../src/domain/fingerprint.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { freshDatabase, pgBin } from '../support/servers.ts';
import { newVault, nextSet, publish, quiet } from './new-vault.ts';

const run = promisify(execFile);
const home = await mkdtemp(join(tmpdir(), 'dr-kit-pg-'));
afterAll(() => rm(home, { recursive: true, force: true }));
const work = { signal: new AbortController().signal, beat: () => {}, parallel: 2 };

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

const hostile = `CREATE SCHEMA "it's; \`rm -rf\` $HOME";
  CREATE TABLE "it's; \`rm -rf\` $HOME"."new
line ""quoted""" ("a 'b'" int PRIMARY KEY, plain text, twice int GENERATED ALWAYS AS (1 + 1) STORED);
  INSERT INTO "it's; \`rm -rf\` $HOME"."new
line ""quoted""" SELECT n, repeat(chr(955), n) FROM generate_series(1, 500) n;
  CREATE TABLE items (id serial PRIMARY KEY, at timestamptz NOT NULL, note text, parent int REFERENCES items);
  INSERT INTO items (at, note) SELECT now(), E'tab\\tand\\\\' || n FROM generate_series(1, 20000) n;
  CREATE INDEX ON items (note);
  CREATE TABLE empty ();
  CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM items;
  SELECT lo_from_bytea(0, decode(repeat('00ff', 5000), 'hex'));`;

it('brings a PostgreSQL set back with the kit, psql and pg_restore alone', async () => {
  await using at = await newVault();
  await using source = await freshDatabase('kit_source');
  await using target = await freshDatabase('kit_target');
  await query(source.url, hostile);
  const writer = await at.vault.write('orders-db', nextSet(), quiet());
  await using place = await postgres.open(source.url, work);
  const { meta, fingerprint } = await place.snapshot(writer, {});
  await publish(writer, { kind: 'postgres', fingerprint, meta });

  const kit = join(home, 'restore-kit.mjs');
  const key = join(home, 'vault.key');
  const to = join(home, 'new');
  await copyFile(join(import.meta.dirname, '../../bin/restore-kit.mjs'), kit);
  await writeFile(key, Buffer.from(at.key.bytes).toString('hex'));
  const args = ['restore', at.root, 'orders-db', 'latest', to, '--key-file', key];
  const { stdout } = await run(process.execPath, [kit, ...args], { env: {} });
  expect(stdout).toContain('restore.sh');
  const env = { PATH: `${await pgBin()}:/usr/bin:/bin`, DATABASE_URL: target.url };
  await run('/bin/sh', [join(to, 'restore.sh')], { env, cwd: '/' });

  await using restored = await postgres.open(target.url, work);
  expect(compareFingerprints(fingerprint, await restored.fingerprint({}))).toEqual([]);
  expect(await query(target.url, 'SELECT count FROM totals')).toEqual([{ count: '20000' }]);
  expect(await query(target.url, "SELECT count(*)::int FROM pg_indexes WHERE tablename = 'items'")).toEqual([
    { count: 2 },
  ]);
  expect(await query(target.url, "SELECT nextval('items_id_seq')::int AS next")).toEqual([{ next: 20001 }]);
});
