import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { timeSkippingExecutable } from '../../support/servers.ts';
import { isAlive, until } from '../../support/until.ts';

interface Held {
  pid: number;
  dir: string;
}

const hold = async (names: readonly string[]): Promise<{ owner: ChildProcess; servers: Held[] }> => {
  const program = fileURLToPath(new URL('../../support/hold-servers.ts', import.meta.url));
  const owner = spawn(process.execPath, [program, ...names], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(createInterface({ input: owner.stdout }), 'line');
  return { owner, servers: JSON.parse(line) };
};

test.each([
  ['SIGKILL', ['postgres', 'temporal', 'minio']],
  ['SIGINT', ['minio']],
] as const)('%s of the owner of %j leaves no server and no folder', async (signal, names) => {
  const { owner, servers } = await hold(names);
  expect(servers.map(({ pid, dir }) => isAlive(pid) && existsSync(dir))).toEqual(names.map(() => true));
  owner.kill(signal);
  await until('servers are gone', () => servers.every(({ pid }) => !isAlive(pid)));
  await until('folders are gone', () => servers.every(({ dir }) => !existsSync(dir)));
});

test('the time-skipping server skips time, and ends when the process that started it is killed', async () => {
  const path = await timeSkippingExecutable();
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  const before = await environment.currentTimeMs();
  await environment.sleep('36 days');
  expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(36 * 86_400_000);
  await environment.teardown();

  const code = `
    const { spawn } = require('node:child_process');
    const server = spawn(${JSON.stringify(path)}, ['0'], { stdio: 'ignore' });
    process.stdout.write(server.pid + '\\n');
    setInterval(() => undefined, 60000);`;
  const starter = spawn(process.execPath, ['--eval', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: starter.stdout }), 'line');
  expect(isAlive(Number(line))).toBe(true);
  starter.kill('SIGKILL');
  await until('the server is gone', () => !isAlive(Number(line)));
});
