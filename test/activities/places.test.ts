import { describe, expect, test } from 'vitest';
import { memoryServer } from '../../src/memory/server.ts';
import { openBench, targetOf } from './bench.ts';

const set = '20260131T020000Z-3f9a1c';

describe('a place for a run', () => {
  test('is registered, made and marked; a second call finds it', async () => {
    const bench = await openBench();
    const { site, url } = bench.made('beside');
    await bench.call('providePlace', { site });
    const mark = memoryServer.find(url)?.mark;
    expect(mark).toMatchObject({ target: 'orders-db', role: 'beside', epoch: 2, run: 'run-1' });
    await bench.call('providePlace', { site });
    expect(memoryServer.find(url)?.mark).toEqual(mark);
    expect(await bench.world.vault.places.leftovers('run-1')).toMatchObject([{ place: { id: site.place.id } }]);
    await bench.call('checkPlace', { site });
  });

  test('that was registered and died before it was made is not forgotten', async () => {
    const bench = await openBench();
    const { site } = bench.made('beside');
    bench.world.providers.database.provide = async () => {
      throw new Error('killed');
    };
    await expect(bench.call('providePlace', { site })).rejects.toMatchObject({ type: 'unexpected' });
    expect(await bench.world.vault.places.leftovers('run-1')).toHaveLength(1);
  });

  test('that another run made is neither taken nor discarded', async () => {
    const bench = await openBench();
    const { site, url } = bench.made('beside');
    await bench.call('providePlace', { site }, { run: 'run-0' });
    for (const verb of ['providePlace', 'checkPlace', 'discardPlace'] as const) {
      await expect(bench.call(verb, { site })).rejects.toMatchObject({ type: 'wrong-mark', nonRetryable: true });
    }
    expect(memoryServer.find(url)).toBeDefined();
  });

  test('is discarded with everything in it, marked or not yet, and as often as asked', async () => {
    const bench = await openBench();
    const { site, url } = bench.made('scratch');
    await bench.call('providePlace', { site }, { mode: 'drill' });
    await expect(bench.call('checkDiscarded', { site })).rejects.toMatchObject({ type: 'not-proven' });
    memoryServer.find(url)!.mark = null;
    await bench.call('discardPlace', { site }, { mode: 'drill' });
    await bench.call('discardPlace', { site }, { mode: 'drill' });
    expect(memoryServer.find(url)).toBeUndefined();
    await bench.call('checkDiscarded', { site }, { mode: 'drill' });
  });

  test('that is in service is never discarded', async () => {
    const bench = await openBench();
    const { site, url } = bench.made('beside');
    await bench.call('providePlace', { site });
    await bench.call('switchTarget', { target: 'orders-db', from: bench.primary.place, to: site.place, epoch: 1 });
    await expect(bench.call('discardPlace', { site })).rejects.toMatchObject({
      type: 'refused',
      message: expect.stringContaining('is in service since'),
    });
    expect(memoryServer.find(url)).toBeDefined();
  });

  test('that was there before us is never discarded', async () => {
    const bench = await openBench();
    const other = { ...targetOf().primary, id: 'orders-db/standby', role: 'standby', url: 'env:BESIDE' } as const;
    await expect(bench.call('discardPlace', { site: { place: other, epoch: 1 } })).rejects.toMatchObject({
      type: 'refused',
    });
  });
});

describe('a guard stands before every verb', () => {
  test('another estate is refused before anything is looked at', async () => {
    const bench = await openBench();
    const { site } = bench.made('beside');
    for (const verb of ['providePlace', 'checkPlace'] as const) {
      await expect(bench.call(verb, { site }, { estate: 'f'.repeat(64) })).rejects.toMatchObject({
        type: 'wrong-estate',
        nonRetryable: true,
      });
    }
    expect(await bench.world.vault.places.leftovers()).toEqual([]);
  });

  test('mode plan makes nothing', async () => {
    const bench = await openBench();
    const { site, url } = bench.made('scratch');
    const plan = { mode: 'plan' } as const;
    await expect(bench.call('providePlace', { site }, plan)).rejects.toMatchObject({ type: 'refused' });
    await expect(bench.call('takeSnapshot', { site: bench.primary, set }, plan)).rejects.toMatchObject({
      type: 'refused',
    });
    expect(memoryServer.find(url)).toBeUndefined();
  });

  test('a drill touches neither the place in service nor one beside it', async () => {
    const bench = await openBench();
    const drill = { mode: 'drill' } as const;
    const { site: beside } = bench.made('beside');
    for (const site of [bench.primary, beside]) {
      for (const verb of ['fencePlace', 'unfencePlace', 'discardPlace', 'providePlace'] as const) {
        await expect(bench.call(verb, { site }, drill)).rejects.toMatchObject({ type: 'refused' });
      }
      await expect(bench.call('beginRestore', { site, set }, drill)).rejects.toMatchObject({ type: 'refused' });
    }
    const { site: scratch } = bench.made('scratch');
    await expect(
      bench.call(
        'switchTarget',
        { target: 'orders-db', from: bench.primary.place, to: scratch.place, epoch: 1 },
        drill,
      ),
    ).rejects.toMatchObject({ type: 'refused' });
    expect(memoryServer.find(bench.primaryUrl)).toMatchObject({ isFenced: false, mark: null });
  });
});

describe('a fence', () => {
  test('is proven by a refused write, and its end by an accepted one', async () => {
    const bench = await openBench();
    const site = bench.primary;
    await bench.call('checkWritable', { site });
    await expect(bench.call('checkFenced', { site })).rejects.toMatchObject({ type: 'not-proven' });
    await bench.call('fencePlace', { site });
    await bench.call('checkFenced', { site });
    await expect(bench.call('checkWritable', { site })).rejects.toMatchObject({ type: 'not-proven' });
    await bench.call('unfencePlace', { site });
    await bench.call('checkWritable', { site });
  });

  test('is not needed where the place is provably gone', async () => {
    const bench = await openBench();
    memoryServer.drop(bench.primaryUrl);
    for (const verb of ['fencePlace', 'checkFenced', 'unfencePlace'] as const) {
      expect((await bench.call(verb, { site: bench.primary })).says).toContain('is gone');
    }
  });

  test('of a place that cannot be reached fails: nobody knows who writes there', async () => {
    const bench = await openBench();
    memoryServer.create(bench.primaryUrl).isDown = true;
    for (const verb of ['fencePlace', 'checkFenced'] as const) {
      await expect(bench.call(verb, { site: bench.primary })).rejects.toMatchObject({
        type: 'unreachable',
        nonRetryable: false,
      });
    }
  });

  test('of a place whose connection string is missing fails: that is not a place that is gone', async () => {
    const bench = await openBench();
    const place = { ...targetOf().primary, url: 'env:NOWHERE' };
    await expect(bench.call('fencePlace', { site: { place, epoch: 1 } })).rejects.toMatchObject({ type: 'missing' });
  });
});
