import { describe, expect, test } from 'vitest';
import type { Canary } from '../../src/domain/loss.ts';
import { stages } from '../../src/domain/words.ts';
import { memoryServer } from '../../src/memory/server.ts';
import { memory } from '../../src/stores/memory/index.ts';
import { type Bench, openBench } from './bench.ts';

const set = '20260131T020000Z-3f9a1c';
const work = { signal: new AbortController().signal, beat: () => {}, parallel: 1 };

/** Users write, each write acknowledged. */
const write = async (bench: Bench, url: string, from: number, to: number): Promise<void> => {
  await using place = await memory.open(url, work);
  const written: Canary[] = [];
  for (let seq = from; seq <= to; seq += 1) written.push(await place.can.canary!.write(seq));
  await bench.world.vault.canaries.acknowledge('orders-db', written);
};

const tick = async (): Promise<void> => {
  const now = Date.now();
  await expect.poll(() => Date.now()).toBeGreaterThan(now + 1);
};

/** Five canaries, a backup, three more, then a restore beside. */
const recovered = async () => {
  const bench = await openBench();
  await write(bench, bench.primaryUrl, 1, 5);
  await bench.call('takeSnapshot', { site: bench.primary, set });
  await tick();
  await write(bench, bench.primaryUrl, 6, 8);
  const { site, url } = bench.made('beside');
  await bench.call('providePlace', { site });
  await bench.call('beginRestore', { site, set });
  for (const stage of stages) await bench.call('applyUnits', { site, set, stage, batch: 0, batches: 1 });
  const call = (more = {}) => bench.call('measureLoss', { target: 'orders-db', site, set, ...more });
  const measure = async (more = {}) => (await call(more)).loss;
  return { bench, site, url, call, measure };
};

describe('loss', () => {
  test('is what was acknowledged after the set, in canaries and seconds', async () => {
    const { measure } = await recovered();
    expect(await measure()).toMatchObject({
      proven: { missing: 3, holes: [], unknown: [], newestPresent: { seq: 5 }, lastAcknowledged: { seq: 8 } },
      objectiveSeconds: 600,
      rows: null,
      verdict: 'met',
    });
  });

  test('is the same once users write to the new place', async () => {
    const { bench, url, measure } = await recovered();
    await tick();
    await write(bench, url, 9, 12);
    expect(await measure()).toMatchObject({ proven: { missing: 3, holes: [], lastAcknowledged: { seq: 8 } } });
  });

  test('shows holes in what was restored as a miss', async () => {
    const { url, measure } = await recovered();
    const object = [...memoryServer.find(url)!.objects.keys()].find((name) => /canar/.test(name))!;
    const rows = memoryServer.rows(url, object);
    memoryServer.put(
      url,
      object,
      rows.filter((_, n) => n !== 2),
    );
    expect(await measure()).toMatchObject({ proven: { holes: [3], missing: 4 }, verdict: 'missed' });
  });

  test('counts the rows that the old place holds beyond the set, while it can be read', async () => {
    const { bench, measure, call } = await recovered();
    memoryServer.put(bench.primaryUrl, 'late', [1, 2]);
    expect(await measure({ old: bench.primary })).toMatchObject({ rows: 3 + 2 });
    memoryServer.create(bench.primaryUrl).isDown = true;
    const { loss, findings } = await call({ old: bench.primary });
    expect(loss).toMatchObject({ rows: null, proven: { missing: 3 } });
    expect(findings).toEqual([
      { says: expect.stringMatching(/primary are not counted: .* is down/), isFailure: false },
    ]);
    memoryServer.drop(bench.primaryUrl);
    expect((await call({ old: bench.primary })).findings).toEqual([
      { says: 'rows lost with orders-db/primary are not counted: it is gone', isFailure: false },
    ]);
  });

  test('without any canary is not measured, and never met', async () => {
    const bench = await openBench();
    await bench.call('takeSnapshot', { site: bench.primary, set });
    const fact = await bench.call('measureLoss', { target: 'orders-db', site: bench.primary, set });
    expect(fact).toMatchObject({
      loss: { proven: null, verdict: 'not measured' },
      says: expect.stringContaining('not measured'),
    });
  });
});
