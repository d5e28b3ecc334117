// Row Y1 of docs/coverage.md: what is large, and from an older server to a newer one.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { pgBin, postgres15Server, postgresServer } from '../../support/servers.ts';
import { copyOf, database, open, sql, take } from './lab.ts';
import { dumped } from './zoo/dumped.ts';
import { copyTo, emptyOn, everywhere, zooOn } from './zoo/stage.ts';

const run = promisify(execFile);

test('a thousand schemas with ten thousand tables come back, on a server with the usual room for locks', async () => {
  const url = await database();
  await sql(
    url,
    `DO $$ BEGIN FOR s IN 1..1000 LOOP
      EXECUTE format('CREATE SCHEMA s%s', s);
      FOR t IN 1..10 LOOP
        EXECUTE format('CREATE TABLE s%s.t%s (id int PRIMARY KEY, note text)', s, t);
        EXECUTE format('INSERT INTO s%s.t%s VALUES (%s, %L)', s, t, t, s);
      END LOOP;
      IF s % 50 = 0 THEN COMMIT; END IF;
    END LOOP; END $$`,
  );
  const taken = await take(url);
  expect(taken.meta.tables).toHaveLength(10_000);
  const copy = await copyOf(taken);
  expect(compareFingerprints(taken.fingerprint, await (await open(copy)).fingerprint({}))).toEqual([]);
  const bin = await pgBin();
  expect(await dumped(copy, bin)).toBe(await dumped(url, bin));
});

test('values of 300 MB come back, and a row that PostgreSQL itself cannot send is refused by the name of its table', async () => {
  const url = await database(`CREATE TABLE big (id int, words text, bytes bytea);
    INSERT INTO big SELECT 1, repeat('words ', 50000000), decode(repeat('00ff', 150000000), 'hex')`);
  const taken = await take(url);
  const copy = await copyOf(taken);
  expect(compareFingerprints(taken.fingerprint, await (await open(copy)).fingerprint({}))).toEqual([]);
  const sizes = 'SELECT length(words) AS words, length(bytes) AS bytes FROM big';
  expect(await sql(copy, sizes)).toEqual([{ words: 300_000_000, bytes: 300_000_000 }]);

  await sql(url, `CREATE TABLE too_big AS SELECT words AS a, words AS b, words AS c, words AS d FROM big`);
  await expect(take(url)).rejects.toMatchObject({
    kind: 'not-supported',
    message: expect.stringMatching(/too_big/),
    hint: expect.stringMatching(/1 GB/),
  });
});

test('a set of PostgreSQL 15 comes to 16 as the stock tools bring it there', async ({ skip }) => {
  const old = await postgres15Server(skip);
  const server = await postgresServer();
  // An event trigger of that file is more than pg_restore can do.
  const url = await zooOn(old, everywhere);
  const taken = await take(url);
  const copy = await copyTo(server, taken);
  expect(compareFingerprints(taken.fingerprint, await (await open(copy)).fingerprint({}))).toEqual([]);

  // A newer server words some definitions otherwise, so what is compared are two copies on it.
  const stock = await emptyOn(server);
  const folder = await mkdtemp(join(tmpdir(), 'dr-stock-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'archive');
  await run(join(server.bin, 'pg_dump'), ['--format=custom', `--file=${file}`, `--dbname=${url}`]);
  await run(join(server.bin, 'pg_restore'), ['--exit-on-error', `--dbname=${stock}`, file]);
  // The newer pg_dump says of subscriptions what the older one leaves unsaid.
  const args = ['--no-subscriptions'];
  expect(await dumped(copy, server.bin, args)).toBe(await dumped(stock, server.bin, args));
});
