import { describe, expect, test } from 'vitest';
import { memoryServer } from '../../src/memory/server.ts';
import { type Bench, openBench, targetOf } from './bench.ts';

const withSwitch = () =>
  openBench({
    targets: { 'orders-db': targetOf({ switches: [{ kind: 'env-file', path: 'shop.env', key: 'DATABASE_URL' }] }) },
  });

const prepare = async (bench: Bench) => {
  const { site, url } = bench.made('beside');
  await bench.call('providePlace', { site });
  const move = { target: 'orders-db', from: bench.primary.place, to: site.place, epoch: 1 };
  const back = { target: 'orders-db', from: site.place, to: bench.primary.place, epoch: 2 };
  return { site, url, move, back };
};

describe('a switch', () => {
  test('leads users to the new place, binds it, and hands it over', async () => {
    const bench = await withSwitch();
    const { site, url, move } = await prepare(bench);
    const fact = await bench.call('switchTarget', move);
    expect(bench.led.to).toBe(url);
    expect(fact.stamps?.switched).toMatchObject({ source: 'history' });
    expect(await bench.world.vault.bindings.current('orders-db')).toMatchObject({
      epoch: 2,
      by: 'run-1',
      place: site.place,
    });
    expect(await bench.world.vault.places.leftovers('run-1')).toEqual([]);
    await bench.call('checkSwitched', { target: 'orders-db', to: site.place, epoch: 2 });
    expect(JSON.stringify(fact)).not.toContain('memory://beside-');
  });

  test('killed between switch and binding is finished by the next attempt', async () => {
    const bench = await withSwitch();
    const { url, move, site } = await prepare(bench);
    const { bind } = bench.world.vault.bindings;
    bench.world.vault.bindings.bind = async () => {
      throw new Error('killed');
    };
    await expect(bench.call('switchTarget', move)).rejects.toMatchObject({ type: 'unexpected' });
    expect(bench.led.to).toBe(url);
    bench.world.vault.bindings.bind = bind;
    await bench.call('switchTarget', move);
    await bench.call('switchTarget', move);
    expect(await bench.world.vault.bindings.current('orders-db')).toMatchObject({ epoch: 2, place: site.place });
  });

  test('is undone by one back, under the next epoch, so that the place made can be discarded', async () => {
    const bench = await withSwitch();
    const { site, url, move, back } = await prepare(bench);
    await bench.call('switchTarget', move);
    await bench.call('switchTarget', back);
    expect(bench.led.to).toBe(bench.primaryUrl);
    expect(await bench.world.vault.bindings.current('orders-db')).toMatchObject({
      epoch: 3,
      place: bench.primary.place,
    });
    expect(memoryServer.find(bench.primaryUrl)?.mark).toMatchObject({ epoch: 3, role: 'primary' });
    await bench.call('discardPlace', { site });
    expect(memoryServer.find(url)).toBeUndefined();
  });

  test('from where the target no longer is changes nothing', async () => {
    const bench = await withSwitch();
    const { site, move } = await prepare(bench);
    await bench.world.vault.bindings.bind({
      target: 'orders-db',
      epoch: 2,
      place: bench.made('beside').site.place,
      boundAt: new Date().toISOString(),
      by: 'run-0',
    });
    await expect(bench.call('switchTarget', move)).rejects.toMatchObject({ type: 'stale-epoch' });
    await expect(
      bench.call('switchTarget', { ...move, from: { ...targetOf().primary, url: 'env:SCRATCH', id: 'x' }, epoch: 2 }),
    ).rejects.toMatchObject({ type: 'stale-epoch' });
    expect(bench.led.to).toBe(bench.primaryUrl);
    expect(site).toBeDefined();
  });

  test('to a place that is not there, or not ours, changes nothing', async () => {
    const bench = await withSwitch();
    const { move, url } = await prepare(bench);
    memoryServer.find(url)!.mark = { id: 'm', target: 'orders-db', role: 'beside', epoch: 1, run: 'run-0' };
    await expect(bench.call('switchTarget', move)).rejects.toMatchObject({ type: 'wrong-mark' });
    memoryServer.drop(url);
    await expect(bench.call('switchTarget', move)).rejects.toMatchObject({ type: 'missing' });
    expect(bench.led.to).toBe(bench.primaryUrl);
    expect(await bench.world.vault.bindings.current('orders-db')).toBeNull();
  });

  test('is not proven while users are led elsewhere, or the binding says otherwise', async () => {
    const bench = await withSwitch();
    const { site, move } = await prepare(bench);
    await bench.call('checkSwitched', { target: 'orders-db', to: bench.primary.place, epoch: 1 });
    await expect(bench.call('checkSwitched', { target: 'orders-db', to: site.place, epoch: 2 })).rejects.toMatchObject({
      type: 'not-proven',
      message: expect.stringContaining('not bound as expected'),
    });
    await bench.call('switchTarget', move);
    bench.led.to = bench.primaryUrl;
    await expect(bench.call('checkSwitched', { target: 'orders-db', to: site.place, epoch: 2 })).rejects.toMatchObject({
      type: 'not-proven',
      message: expect.stringContaining('DATABASE_URL in shop.env does not lead to'),
    });
  });
});

describe('a probe', () => {
  const services = { api: { id: 'api', health: 'http://127.0.0.1/health', greens: 3, everyMs: 100 } };

  test('that is green stamps the moment it was asked', async () => {
    const bench = await openBench({ services });
    const fact = await bench.call('probeService', { service: 'api' });
    expect(fact.stamps?.healthy?.source).toBe('probe');
    expect(Date.parse(fact.stamps!.healthy!.at)).toBeGreaterThanOrEqual(Date.parse(fact.beganAt));
  });

  test('that is red fails, and may be green next time', async () => {
    const bench = await openBench({ services });
    bench.world.probe = async () => ({ ok: false, says: '503 Service Unavailable' });
    await expect(bench.call('probeService', { service: 'api' })).rejects.toMatchObject({
      type: 'unreachable',
      nonRetryable: false,
      message: expect.stringContaining('503'),
    });
  });

  test('of a service nobody knows names those there are', async () => {
    const bench = await openBench({ services });
    await expect(bench.call('probeService', { service: 'apy' })).rejects.toMatchObject({
      type: 'unknown-name',
      message: expect.stringContaining('legal: api'),
    });
  });
});
