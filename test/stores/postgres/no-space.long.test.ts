import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { startPostgres } from '../../../src/local/components/postgres.ts';
import { serverUser } from '../../../src/local/components/server-user.ts';
import { database, open, restoreRest, sql, take, writer } from './lab.ts';

const run = promisify(execFile);

test('a disk that fills up half-way is no-space, leaves nothing of the unit, and the restore goes on once there is room', async ({
  skip,
}) => {
  const user = serverUser();
  if (user === null) return skip('needs root to mount a small file system');
  const folder = await mkdtemp(join(tmpdir(), 'dr-small-'));
  const mount = (options: string) => run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  try {
    await mount('size=16m');
  } catch {
    await rm(folder, { recursive: true });
    return skip('may not mount a small file system here');
  }
  const server = await startPostgres();
  onTestFinished(async () => {
    await server.stop();
    await run('umount', [folder]);
    await rm(folder, { recursive: true });
  });
  const space = join(folder, 'space');
  await chmod(folder, 0o755);
  await mkdir(space);
  await chown(space, user.uid, user.gid);

  const taken = await take(
    await database(`CREATE TABLE big AS SELECT i, repeat('x', 400) FROM generate_series(1, 50000) i`),
  );
  await sql(server.url, `CREATE TABLESPACE small LOCATION '${space}'`);
  await sql(server.url, 'CREATE DATABASE place TABLESPACE small');
  const place = await open(new URL('/place', server.url).href);
  const by = writer();
  await place.begin(by, taken.meta);
  await expect(restoreRest(place, taken.meta, taken.vault, by)).rejects.toMatchObject({
    kind: 'no-space',
    hint: expect.stringMatching(/free or add/),
  });
  const done = await place.ledger(by);
  const rows = await sql(new URL('/place', server.url).href, 'SELECT count(*)::int AS n FROM big');
  const landed = taken.meta.tables[0]!.parts.reduce(
    (sum, [, n], part) => sum + (done.has(`data/0/${part}`) ? n : 0),
    0,
  );
  expect(rows).toEqual([{ n: landed }]);

  await run('mount', ['-o', 'remount,size=100m', folder]);
  await restoreRest(place, taken.meta, taken.vault, by);
  expect(compareFingerprints(taken.fingerprint, await place.fingerprint({}))).toEqual([]);
});
