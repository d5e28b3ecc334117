import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { openWorld } from '../../activities/open-world.ts';
import { readEstate } from '../../src/estate/read-estate.ts';
import type { DoctorFinding } from '../../src/local/estate/doctor.ts';
import { memoryServer } from '../../src/memory/server.ts';
import { inProcess, type MemoryEstate, memoryEstate } from './in-process.ts';

// What this machine has is not what is tested here, and looking at it takes seconds.
vi.mock('../../src/local/estate/doctor.ts', () => ({
  doctor: async (): Promise<DoctorFinding[]> => [{ name: 'Node', says: '24', isFailure: false, hint: null }],
}));
vi.mock('../../src/cli/runs/check-workers.ts', () => ({ checkWorkers: async () => null }));

const findingsOf = async ({ dr }: MemoryEstate) => {
  const ran = await dr(['doctor']);
  return { ...(ran.json() as unknown as { isWell: boolean; findings: DoctorFinding[] }), code: ran.code };
};

const failures = (findings: readonly DoctorFinding[]) =>
  findings.filter((finding) => finding.isFailure).map(({ name, says }) => `${name}: ${says}`);

let estate: MemoryEstate;
beforeEach(async () => {
  estate = await memoryEstate();
});

it('is well when the vault is writable, every target answers and its newest set is young enough', async () => {
  expect(failures((await findingsOf(estate)).findings)).toEqual([
    'backups of orders-db: there is no set: nothing could be recovered',
  ]);
  await estate.dr(['snapshot', 'orders-db']);
  const { code, isWell, findings } = await findingsOf(estate);
  expect([code, isWell]).toEqual([0, true]);
  const names = findings.map((finding) => finding.name);
  expect(names).toEqual(
    expect.arrayContaining(['Node', 'estate', 'vault', 'target orders-db', 'backups of orders-db']),
  );
});

it('names what stands in the way, with what to do, and exits with 1', async () => {
  await estate.dr(['snapshot', 'orders-db']);
  memoryServer.find(estate.primary)!.isDown = true;
  await rm(join(estate.folder.path, 'vault'), { recursive: true });
  const { code, findings } = await findingsOf(estate);
  expect(code).toBe(1);
  expect(failures(findings)).toHaveLength(1);
  expect(findings.find((finding) => finding.isFailure)?.hint).toContain('vault');
});

it('looks at every target although one is down', async () => {
  await estate.dr(['snapshot', 'orders-db']);
  memoryServer.find(estate.primary)!.isDown = true;
  const { findings } = await findingsOf(estate);
  expect(failures(findings)).toEqual([expect.stringMatching(/^target orders-db: .* is down$/)]);
  expect(findings.find((finding) => finding.name === 'vault')?.isFailure).toBe(false);
});

it('names places that were made and not taken care of', async () => {
  await estate.dr(['snapshot', 'orders-db']);
  const { vault } = await openWorld(await readEstate(estate.path));
  const place = { id: 'orders-db/beside-1', target: 'orders-db', kind: 'memory', role: 'beside' } as const;
  await vault.places.register('run-1', { ...place, provider: 'database', server: 'env:SERVER', database: 'x' });
  const { findings } = await findingsOf(estate);
  expect(findings.find((finding) => finding.name === 'leftover')?.says).toBe(
    'orders-db/beside-1, made by run run-1, is still there',
  );
});

it('works without an estate file, and says how to get one', async () => {
  const here = process.cwd();
  process.chdir(estate.folder.path);
  await rm(estate.path);
  const ran = await inProcess(['doctor', '--json']).finally(() => process.chdir(here));
  expect(ran.code).toBe(0);
  expect(ran.out).toContain('copy estate.example.yaml');
});
