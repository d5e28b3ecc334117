import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { doctor } from '../../../src/local/estate/doctor.ts';
import { down } from '../../../src/local/estate/down.ts';
import { readState, stateFile } from '../../../src/local/estate/state.ts';
import { up } from '../../../src/local/estate/up.ts';
import { isAlive, until } from '../../support/until.ts';
import { withEnv } from '../../support/with-env.ts';

let dir: string;
let printed: string[];
const print = (line: string): void => {
  printed.push(line);
};
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dr-estate-test-'));
  printed = [];
});
afterEach(async () => {
  await down(print, dir);
  rmSync(dir, { recursive: true });
});

test('up is idempotent, doctor sees it, down ends exactly what up started', async () => {
  const [state, other] = await Promise.all([up(print, dir), up(print, dir)]);
  expect(other).toEqual(state);
  expect(printed.filter((line) => line.startsWith('local estate is up since'))).toHaveLength(2);
  expect(statSync(stateFile(dir)).mode & 0o777).toBe(0o600);
  const password = new URL(state.postgres.url).password;
  expect(printed.join('\n')).not.toMatch(password);
  expect(printed.join('\n')).not.toMatch(state.minio.secretAccessKey);

  const findings = await doctor(dir);
  const local = findings.filter(({ name }) => name.startsWith('local'));
  expect(local.map(({ name, isFailure }) => [name, isFailure])).toEqual([
    ['local Temporal', false],
    ['local PostgreSQL', false],
    ['local MinIO', false],
  ]);

  const pids = [state.host.pid, state.temporal.pid, state.postgres.pid, state.minio.pid];
  expect(pids.map(isAlive)).toEqual([true, true, true, true]);
  expect(await down(print, dir)).toBe(true);
  expect(pids.map(isAlive)).toEqual([false, false, false, false]);
  expect(existsSync(stateFile(dir))).toBe(false);
  expect(await down(print, dir)).toBe(false);
  expect(printed.at(-1)).toBe('no local estate is up');
});

test('after a crash of its host nothing is left, down says so, and doctor does not take it for up', async () => {
  const state = await up(print, dir);
  process.kill(state.host.pid, 'SIGKILL');
  const pids = [state.temporal.pid, state.postgres.pid, state.minio.pid];
  await until('the servers are gone', () => !pids.some(isAlive));
  expect(readState(dir)).toBe(null);
  expect((await doctor(dir)).find(({ name }) => name === 'local estate')?.says).toMatch('not up');
});

test('dr up that is killed half-way leaves nothing up', async () => {
  const code = `
    import { up } from '${new URL('../../../src/local/estate/up.ts', import.meta.url).href}';
    await up(() => undefined, '${dir}');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'ignore' });
  let host = '';
  await until('its host has begun', () => {
    const log = join(dir, 'local-estate.log');
    [, host = ''] = /^host process (\d+)\n/.exec(existsSync(log) ? readFileSync(log, 'utf8') : '') ?? [];
    return host !== '';
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until('its host is gone', () => !isAlive(Number(host)), 3_000);
  expect(readState(dir)).toBe(null);
});

test('doctor names what is missing, with what to do, and fetches nothing', async () => {
  const empty = { PATH: '/nonexistent', XDG_CACHE_HOME: '/nonexistent', TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const findings = await withEnv(empty, () => doctor(dir));
  const byName = new Map(findings.map((finding) => [finding.name, finding]));
  expect(byName.get('go')).toMatchObject({ isFailure: false, hint: expect.stringMatching(/install Go/) });
  expect(byName.get('MinIO')).toMatchObject({
    isFailure: true,
    says: 'not here, and cannot be built without go',
    hint: expect.stringMatching(/go install/),
  });
  expect(byName.get('Temporal')).toMatchObject({ isFailure: true, says: expect.stringMatching(/no answer at 127/) });
});
