import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startPostgres } from '../../../src/local/components/postgres.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { open, sql } from './lab.ts';

test('a page whose checksum is wrong ends a backup, and its table is named', async () => {
  const server = await startPostgres({ initdb: ['--data-checksums'] });
  onTestFinished(() => server.stop());
  const [file] = await sql(
    server.url,
    `CREATE TABLE good AS SELECT 1 AS a; CREATE TABLE "the damaged" AS SELECT i, repeat('x', 100) AS note FROM generate_series(1, 10000) i;
      CHECKPOINT; SELECT pg_relation_filepath('"the damaged"') AS path`,
  );
  await server.kill();
  const damaged = await openFile(join(server.dataDir, String(file!.path)), 'r+');
  await damaged.write(Buffer.alloc(64, 7), 0, 64, 5 * 8192 + 4000);
  await damaged.close();
  await server.restart();

  const place = await open(server.url);
  const error = {
    kind: 'damaged',
    message: expect.stringMatching(/invalid page in block 5 .*it is of public\."the damaged"/),
    hint: expect.stringMatching(/restore this database from an earlier set/),
  };
  await expect(place.snapshot(memoryVault(), {})).rejects.toMatchObject(error);
  await expect(place.fingerprint({})).rejects.toMatchObject(error);
});
