import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RestoreSelection } from '../../../src/domain/data.ts';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { stages } from '../../../src/domain/words.ts';
import { postgres } from '../../../src/stores/postgres/index.ts';
import { pgBin } from '../../support/servers.ts';
import { database, open, restoreRest, sql, type Taken, until, writer } from './lab.ts';

/** A few seconds of work in every stage. */
export const killable = `
  CREATE TABLE one AS SELECT i AS id, md5(i::text) AS words FROM generate_series(1, 60000) i;
  CREATE TABLE two AS SELECT i AS id, repeat('x', i % 100) AS words FROM generate_series(1, 20000) i;
  ALTER TABLE one ADD PRIMARY KEY (id); CREATE INDEX ON one (words);
  ALTER TABLE two ADD FOREIGN KEY (id) REFERENCES one; CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM one`;

/** Kills a restoring process once that share of the units is done, restores the rest here, and compares. */
export const killAndResume = async (
  taken: Taken,
  folder: string,
  share: number,
  selection: RestoreSelection = {},
  into?: string,
): Promise<void> => {
  const all = stages.flatMap((stage) => [...postgres.units(taken.meta, stage, selection)]);
  const url = into ?? (await database());
  const place = await open(url);
  const by = { ...writer(), selection };
  await place.begin(by, taken.meta);
  const args = [join(import.meta.dirname, 'restore-child.ts'), folder, url, JSON.stringify(by)];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, DR_PG_BIN: await pgBin() } });
  const ended = once(child, 'exit');
  const wanted = Math.floor(all.length * share);
  await until(`${wanted} of ${all.length} units`, async () => (await place.ledger(by)).size >= wanted);
  child.kill('SIGKILL');
  await ended;

  const done = await place.ledger(by);
  await restoreRest(place, taken.meta, taken.vault, by);
  expect(done.size, `killed after ${wanted} units`).toBeLessThan(all.length);
  expect(await place.ledger(by)).toEqual(new Set(all.map(({ id }) => id)));
  const { expected, found } = await place.prove(by, taken.meta, taken.fingerprint);
  expect(compareFingerprints(expected, found)).toEqual([]);
  await place.end(by);
  expect(await sql(url, 'SELECT FROM pg_index WHERE NOT indisvalid')).toEqual([]);
};
