import { describe, expect, test } from 'vitest';
import type { Site } from '../../src/domain/verbs.ts';
import { stages } from '../../src/domain/words.ts';
import { memoryServer } from '../../src/memory/server.ts';
import type { Bench } from './bench.ts';
import { openBench, sample } from './bench.ts';

const set = '20260131T020000Z-3f9a1c';

const backUp = (bench: Bench) => bench.call('takeSnapshot', { site: bench.primary, set });

const begin = async (bench: Bench, site: Site): Promise<void> => {
  await bench.call('providePlace', { site });
  await bench.call('beginRestore', { site, set });
};

const apply = (bench: Bench, site: Site, stage: (typeof stages)[number], batches = 1) =>
  Promise.all(
    Array.from({ length: batches }, (_, batch) => bench.call('applyUnits', { site, set, stage, batch, batches })),
  );

const restore = async (bench: Bench, site: Site): Promise<void> => {
  await begin(bench, site);
  for (const stage of stages) {
    await apply(bench, site, stage, stage === 'data' ? 4 : 1);
    await bench.call('checkStage', { site, set, stage });
  }
};

describe('a backup', () => {
  test('is a set with its fingerprint, and marks the place it came from', async () => {
    const bench = await openBench();
    const fact = await backUp(bench);
    expect(fact).toMatchObject({ set, objects: 3, rows: 52, says: expect.stringContaining('3 objects, 52 rows') });
    const [listed] = await bench.world.vault.sets('orders-db');
    expect(listed?.manifest.place.mark).toBe(memoryServer.find(bench.primaryUrl)?.mark?.id);
    expect(memoryServer.find(bench.primaryUrl)?.mark).toMatchObject({ target: 'orders-db', role: 'primary', epoch: 1 });
    expect(await bench.call('checkSet', { target: 'orders-db', set })).toMatchObject({ set, digest: fact.digest });
  });

  test('tried again after it was published is the same set', async () => {
    const bench = await openBench();
    const first = await backUp(bench);
    const second = await backUp(bench);
    expect(second).toMatchObject({ digest: first.digest, rows: first.rows, says: first.says });
    expect(await bench.world.vault.sets('orders-db')).toHaveLength(1);
  });

  test('tried again after it died half-way starts again under the same id', async () => {
    const bench = await openBench();
    memoryServer
      .create(bench.primaryUrl)
      .troubles.push({ on: 'snapshot', when: 'half-way', times: 1, does: { fail: 'unreachable' } });
    await expect(backUp(bench)).rejects.toMatchObject({ type: 'unreachable', nonRetryable: false });
    expect(await bench.world.vault.sets('orders-db')).toHaveLength(0);
    expect(await backUp(bench)).toMatchObject({ set, rows: 52 });
  });

  test('holds what the estate selects', async () => {
    const bench = await openBench();
    const target = bench.world.estate.targets['orders-db']!;
    target.backup = { everySeconds: null, only: ['orders', 'customers'], except: ['cust*'] };
    expect(await backUp(bench)).toMatchObject({ objects: 1, rows: 50 });
    target.backup = { everySeconds: null, only: ['nothing*'], except: [] };
    await expect(
      bench.call('takeSnapshot', { site: bench.primary, set: '20260131T020001Z-000000' }),
    ).rejects.toMatchObject({ type: 'no-match', nonRetryable: true });
  });

  test('of a place that another target marked is refused', async () => {
    const bench = await openBench();
    memoryServer.create(bench.primaryUrl).mark = { id: 'm', target: 'other-db', role: 'primary', epoch: 1 };
    await expect(backUp(bench)).rejects.toMatchObject({ type: 'wrong-mark' });
  });

  test('of a place that is no longer in service is refused', async () => {
    const bench = await openBench();
    const { site } = bench.made('beside');
    await bench.world.vault.bindings.bind({
      target: 'orders-db',
      epoch: 2,
      place: site.place,
      boundAt: new Date().toISOString(),
      by: 'run-0',
    });
    await expect(backUp(bench)).rejects.toMatchObject({ type: 'stale-epoch' });
  });
});

describe('a restore', () => {
  test('of everything equals the set, and leaves a marked place without a ledger', async () => {
    const bench = await openBench();
    await backUp(bench);
    const { site, url } = bench.made('beside');
    await restore(bench, site);
    const fact = await bench.call('comparePlace', { site, set });
    expect(fact).toMatchObject({ objects: 3, rows: 52, stamps: { verified: { source: 'history' } } });
    expect(fact.equality).toHaveLength(3);
    expect(fact.equality?.every((row) => row.equal)).toBe(true);
    await bench.call('endRestore', { site, set });
    expect(memoryServer.rows(url, 'orders')).toHaveLength(sample.orders.length);
    expect(memoryServer.find(url)).toMatchObject({ ledger: null, mark: { role: 'beside', run: 'run-1', epoch: 2 } });
  });

  test('keeps the whole equality table as evidence', async () => {
    const bench = await openBench();
    await backUp(bench);
    const { site } = bench.made('beside');
    await restore(bench, site);
    await bench.call('comparePlace', { site, set });
    const kept = await Array.fromAsync(bench.world.vault.runs.list());
    const [evidence] = kept.filter(({ name }) => name.startsWith('equality-orders-db-'));
    const body = await bench.world.vault.runs.read('run-1', evidence!.name);
    expect(JSON.parse(Buffer.from(body).toString())).toMatchObject({ set, place: site.place.id, differences: [] });
  });

  test('that lost a row is not equal, and says which object', async () => {
    const bench = await openBench();
    await backUp(bench);
    const { site, url } = bench.made('beside');
    await restore(bench, site);
    memoryServer.put(url, 'orders', sample.orders.slice(1));
    await expect(bench.call('comparePlace', { site, set })).rejects.toMatchObject({
      type: 'not-equal',
      nonRetryable: true,
      message: expect.stringContaining('orders (rows): expected 50, found 49'),
      details: [
        {
          evidence: { equality: expect.arrayContaining([expect.objectContaining({ object: 'orders', equal: false })]) },
        },
      ],
    });
  });

  test('names ten differences of many and counts the rest', async () => {
    const bench = await openBench();
    for (let n = 0; n < 60; n += 1) memoryServer.put(bench.primaryUrl, `many-${n}`, [n]);
    await backUp(bench);
    const { site, url } = bench.made('beside');
    await restore(bench, site);
    expect((await bench.call('comparePlace', { site, set })).equality).toHaveLength(50);
    for (let n = 0; n < 60; n += 1) memoryServer.dropObject(url, `many-${n}`);
    await expect(bench.call('comparePlace', { site, set })).rejects.toMatchObject({
      message: expect.stringMatching(/in 60 objects: .*; and 50 more/),
    });
  });

  test('applies each unit once: a second batch of the same finds it in the ledger', async () => {
    const bench = await openBench();
    await backUp(bench);
    const { site, url } = bench.made('beside');
    await begin(bench, site);
    await apply(bench, site, 'schema');
    const [first] = await apply(bench, site, 'data');
    const [second] = await apply(bench, site, 'data');
    expect(first!.applied).toBeGreaterThan(0);
    expect(first).toMatchObject({ skipped: 0, rows: 52 });
    expect(second).toMatchObject({ applied: 0, skipped: first!.applied, rows: 0, bytes: 0 });
    expect(memoryServer.rows(url, 'orders')).toHaveLength(sample.orders.length);
  });

  test('goes on after a unit failed, without the ones that were applied', async () => {
    const bench = await openBench();
    await backUp(bench);
    const { site, url } = bench.made('beside');
    await begin(bench, site);
    await apply(bench, site, 'schema');
    memoryServer.create(url).troubles.push({ on: 'restore', when: 'after', times: 1, does: { fail: 'unreachable' } });
    await expect(apply(bench, site, 'data')).rejects.toMatchObject({ type: 'unreachable', nonRetryable: false });
    const [again] = await apply(bench, site, 'data');
    expect(again!.skipped).toBeGreaterThan(0);
    await bench.call('checkStage', { site, set, stage: 'data' });
    expect(memoryServer.rows(url, 'orders')).toHaveLength(sample.orders.length);
  });

  test('that is not complete fails its stage and names what is absent', async () => {
    const bench = await openBench();
    await backUp(bench);
    const { site } = bench.made('beside');
    await begin(bench, site);
    await expect(bench.call('checkStage', { site, set, stage: 'schema' })).rejects.toMatchObject({
      type: 'not-proven',
      message: expect.stringMatching(/expected 3 units, found 0; absent: make .*make "orders"/),
    });
  });

  test('stamps the moment the data is back when the last stage ends', async () => {
    const bench = await openBench();
    await backUp(bench);
    const { site } = bench.made('beside');
    await begin(bench, site);
    for (const stage of stages) {
      const [fact] = await apply(bench, site, stage);
      const at = fact?.stamps?.dataBack?.at;
      if (stage === 'finish') expect(at! >= fact!.beganAt && at! <= fact!.endedAt).toBe(true);
      else expect(at).toBeUndefined();
    }
  });

  test('into a place that is not empty is refused', async () => {
    const bench = await openBench();
    await backUp(bench);
    const { site, url } = bench.made('beside');
    await bench.call('providePlace', { site });
    memoryServer.put(url, 'mine', [1]);
    await expect(bench.call('beginRestore', { site, set })).rejects.toMatchObject({ type: 'not-empty' });
  });

  test('of a set nobody has is refused by name', async () => {
    const bench = await openBench();
    const { site } = bench.made('beside');
    await bench.call('providePlace', { site });
    await expect(bench.call('beginRestore', { site, set: '20260101T000000Z-abcdef' })).rejects.toMatchObject({
      type: 'unknown-name',
    });
  });
});

describe('a set', () => {
  test('is held for a run and released by it', async () => {
    const bench = await openBench();
    await backUp(bench);
    const until = '2030-01-01T00:00:00.000Z';
    await bench.call('holdSet', { target: 'orders-db', set, until });
    expect(await bench.world.vault.leases.of('orders-db')).toEqual([{ set, run: 'run-1', until }]);
    await bench.call('releaseSet', { target: 'orders-db', set });
    await bench.call('releaseSet', { target: 'orders-db', set });
    expect(await bench.world.vault.leases.of('orders-db')).toEqual([]);
  });
});
