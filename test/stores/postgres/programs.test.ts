import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { findProgram, programFailure } from '../../../src/stores/postgres/connection/programs.ts';

const folder = await mkdtemp(join(tmpdir(), 'dr-programs-'));
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const fake = async (version: number): Promise<string> => {
  const bin = join(folder, `bin-${version}`);
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'pg_dump'), `#!/bin/sh\necho "pg_dump (PostgreSQL) ${version}.3 (Debian)"\n`);
  await chmod(join(bin, 'pg_dump'), 0o755);
  return bin;
};

test('the folder named by DR_PG_BIN comes first, PATH next, and one that is too old is passed over', async () => {
  const [old, named, later] = [await fake(997), await fake(998), await fake(999)];
  vi.stubEnv('DR_PG_BIN', named);
  vi.stubEnv('PATH', `${old}:${later}`);
  expect(await findProgram('pg_dump', 997)).toEqual({ path: join(named, 'pg_dump'), major: 998 });
  expect(await findProgram('pg_dump', 999)).toEqual({ path: join(later, 'pg_dump'), major: 999 });
  vi.stubEnv('DR_PG_BIN', '');
  expect(await findProgram('pg_dump', 997)).toEqual({ path: join(old, 'pg_dump'), major: 997 });
});

test('when there is none that is new enough, it says what it found and how to get one', async () => {
  const old = await fake(997);
  vi.stubEnv('PATH', old);
  await expect(findProgram('pg_dump', 1000)).rejects.toMatchObject({
    kind: 'missing',
    message: expect.stringContaining(`${join(old, 'pg_dump')} is 997`),
    hint: expect.stringMatching(/apt install postgresql-client-1000.*DR_PG_BIN/),
  });
});

test('what a program says on its way out gets a name', () => {
  const kindOf = (said: string) => programFailure('pg_dump', said).kind;
  expect(kindOf('pg_dump: error: query failed: ERROR:  permission denied for table t')).toBe('no-permission');
  expect(kindOf('pg_dump: error: connection to server at "x" failed: Connection refused')).toBe('unreachable');
  expect(kindOf('FATAL:  terminating connection due to administrator command')).toBe('unreachable');
  expect(kindOf('ERROR:  canceling statement due to lock timeout')).toBe('busy');
  expect(kindOf('')).toBe('unexpected');
});
