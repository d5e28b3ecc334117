import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporalServer } from '../support/servers.ts';
import { openScene } from './scene.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a worker ended with, and what it said. */
const boot = async (env: Record<string, string>): Promise<{ status: number | null; stderr: string }> => {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['src/worker.ts'], { cwd: root, env: { PATH, HOME, ...env } });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [status] = await once(child, 'close');
  return { status, stderr };
};

const estate = `
name: shop
vault: { kind: folder, path: ./vault, key: env:VAULT_KEY }
people: { on-call: { name: On call, code: env:CODE } }
targets:
  orders-db: { kind: postgres, primary: env:ORDERS, besideServer: 'file:./beside' }
`;

describe('a worker that cannot work says why and ends', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dr-worker-'));
    await writeFile(join(folder, 'estate.yaml'), estate);
    await writeFile(join(folder, 'whole.yaml'), estate.replace(", besideServer: 'file:./beside'", ''));
    await writeFile(join(folder, 'broken.yaml'), 'name: shop\ntargets: 3\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.concurrent('without an estate', async () => {
    expect(await boot({})).toMatchObject({ status: 1, stderr: expect.stringContaining('DR_ESTATE is not set') });
  });

  test.concurrent('with an estate that is wrong, with the line', async () => {
    expect(await boot({ DR_ESTATE: join(folder, 'broken.yaml') })).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/broken\.yaml:\d/),
    });
  });

  test.concurrent('without its secrets, naming every one of them at once', async () => {
    const { status, stderr } = await boot({ DR_ESTATE: join(folder, 'estate.yaml'), CODE: 'JBSWY3DPEHPK3PXP' });
    expect(status).toBe(1);
    for (const name of ['env:VAULT_KEY', 'env:ORDERS', 'file:./beside']) expect(stderr).toContain(name);
    expect(stderr).not.toContain('env:CODE');
  });

  test.concurrent('without search attributes, with the command that registers them', async () => {
    const env = { CODE: 'JBSWY3DPEHPK3PXP', VAULT_KEY: 'key', ORDERS: 'postgres://127.0.0.1/orders' };
    const { address } = await temporalServer();
    const temporal = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'temporal-system' };
    expect(await boot({ DR_ESTATE: join(folder, 'whole.yaml'), ...env, ...temporal })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('temporal operator search-attribute create'),
    });
  });
});

test('a worker that is told to stop ends in order, without a word', async () => {
  await using scene = await openScene();
  const worker = await scene.startWorker();
  expect(worker.output()).toMatch(
    /^worker .*-\d+ is ready: estate e2e [0-9a-f]{12}, queues dr-control and dr-stores-here\n$/,
  );
  expect(await worker.stop()).toBe(0);
  expect(worker.output().split('\n')).toHaveLength(2);
}, 60_000);
