import { describe, expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { type Bench, markOf, writerOf } from './bench.ts';
import type { Harness } from './harness.ts';

/** A fence stops everyone but the product. */
export const fencing = <Meta>(harness: Harness<Meta>, bench: () => Bench<Meta>): void => {
  const withRows = async () => {
    const { lab, open } = bench();
    const url = await lab.empty();
    await lab.put(url, 'orders', [['a', 'b']]);
    return { url, place: await open(url) };
  };

  test('is had by places, or the kind says why they have none (cannotFence)', async () => {
    const { cannotFence = null } = harness.kind;
    const why = typeof cannotFence === 'function' ? cannotFence(await bench().lab.empty()) : cannotFence;
    expect(why === null).toBe(harness.can.fence);
  });

  if (!harness.can.fence) return;
  describe('of this store', () => {
    test('refuses the writes of sessions old and new until it is taken away', async () => {
      const { lab } = bench();
      const { url, place } = await withRows();
      const fence = place.can.fence!;
      await using old = await lab.user(url);
      await old.write('orders', ['before', null]);
      expect(await fence.isFenced()).toBe(false);
      await fence.fence();
      await fence.fence();
      expect(await fence.isFenced()).toBe(true);
      await expect(old.write('orders', ['through the old session', null])).rejects.toThrow();
      const isRefused = async (): Promise<boolean> => {
        try {
          await using user = await lab.user(url);
          await user.write('orders', ['through a new session', null]);
          return false;
        } catch {
          return true;
        }
      };
      expect(await isRefused()).toBe(true);
      expect(await lab.rows(url, 'orders')).toHaveLength(2);
      await fence.unfence();
      await fence.unfence();
      expect(await fence.isFenced()).toBe(false);
      expect(await isRefused()).toBe(false);
      expect(await lab.rows(url, 'orders')).toHaveLength(3);
    });

    test('trying it leaves nothing', async () => {
      const { place } = await withRows();
      const before = [await place.fingerprint({}), (await place.inspect()).objects.map(({ name }) => name)];
      await place.can.fence!.isFenced();
      await place.can.fence!.fence();
      await place.can.fence!.isFenced();
      await place.can.fence!.unfence();
      expect([await place.fingerprint({}), (await place.inspect()).objects.map(({ name }) => name)]).toEqual(before);
    });

    test('can be tried where nothing is', async () => {
      const { target } = bench();
      const { place } = await target();
      expect(await place.can.fence!.isFenced()).toBe(false);
      expect((await place.inspect()).objects).toEqual([]);
    });

    test('lets the product read, stamp and restore', async () => {
      const { target, open, original, restoreAll } = bench();
      const { url, place: first } = await target();
      await first.can.fence!.fence();
      const place = await open(url);
      const mark = markOf(1);
      await place.stamp(mark);
      const by = writerOf();
      await place.begin(by, original.meta);
      await restoreAll(place, original.meta, original.vault, by);
      await place.end(by);
      expect((await place.inspect()).mark).toEqual(mark);
      expect(compareFingerprints(original.snapshot.fingerprint, await place.fingerprint({}))).toEqual([]);
      await place.snapshot(memoryVault(), { only: [harness.nameOf('orders')] });
      expect(await place.can.fence!.isFenced()).toBe(true);
    });

    test('is not part of a set: a copy of a fenced place is open', async () => {
      const { target, restoreAll } = bench();
      const { place } = await withRows();
      await place.can.fence!.fence();
      const vault = memoryVault();
      const { meta } = await place.snapshot(vault, {});
      const copy = await target();
      const by = writerOf();
      await copy.place.begin(by, meta);
      await restoreAll(copy.place, meta, vault, by);
      await copy.place.end(by);
      expect(await copy.place.can.fence!.isFenced()).toBe(false);
    });

    if (harness.isInProcess) return;

    test('survives a restart of the server', async ({ skip }) => {
      const { lab, open } = bench();
      if (lab.restart === undefined) return skip('the harness cannot restart the server');
      const { url, place } = await withRows();
      await place.can.fence!.fence();
      await lab.restart();
      const again = await open(url);
      expect(await again.can.fence!.isFenced()).toBe(true);
      await again.can.fence!.unfence();
      expect(await again.can.fence!.isFenced()).toBe(false);
    });
  });
};
