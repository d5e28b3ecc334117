import { expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { type Bench, sorted, throughJson, writerOf } from './bench.ts';
import type { Harness, Row } from './harness.ts';

/** What a set holds, what it never holds, and what it claims. */
export const snapshots = <Meta>(harness: Harness<Meta>, bench: () => Bench<Meta>): void => {
  const names = (fingerprint: { objects: object }): string[] => Object.keys(fingerprint.objects).sort();

  test('restored elsewhere, every object has the same rows and the same fingerprint', async () => {
    const { target, original, restoreAll, lab } = bench();
    const { place, url } = await target();
    const by = writerOf();
    await place.begin(by, original.meta);
    const applied = await restoreAll(place, original.meta, original.vault, by);
    await place.end(by);
    expect(compareFingerprints(original.snapshot.fingerprint, await place.fingerprint({}))).toEqual([]);
    for (const [object, rows] of original.contents) {
      expect(sorted(await lab.rows(url, object)), `rows of ${JSON.stringify(object)}`).toEqual(sorted(rows));
    }
    const total = [...original.contents.values()].reduce((sum, rows) => sum + rows.length, 0);
    expect(applied.reduce((sum, one) => sum + one.rows, 0)).toBe(total);
  });

  test('the fingerprint counts every row of every object, and is that of the place', async () => {
    const { original, open } = bench();
    const { objects } = original.snapshot.fingerprint;
    expect(Object.fromEntries(Object.entries(objects).map(([name, print]) => [name, print.rows]))).toEqual(
      Object.fromEntries([...original.contents].map(([object, rows]) => [harness.nameOf(object), rows.length])),
    );
    const place = await open(original.url);
    expect(compareFingerprints(original.snapshot.fingerprint, await place.fingerprint({}))).toEqual([]);
  });

  test('it claims an instant between its begin and its end', async () => {
    const { original, open } = bench();
    const place = await open(original.url);
    const before = Date.now();
    const { consistency } = await place.snapshot(memoryVault(), { only: [harness.nameOf('orders')] });
    const [from, to] =
      consistency.kind === 'fuzzy' ? [consistency.from, consistency.to] : [consistency.at, consistency.at];
    expect(Date.parse(from)).toBeGreaterThan(before - 5_000);
    expect(Date.parse(to)).toBeLessThan(Date.now() + 5_000);
    expect(from).toBe(new Date(from).toISOString());
  });

  test('the mark and the ledger are in no set, and a restore keeps the mark of the place', async () => {
    const { target, original, restoreAll, lab } = bench();
    const half = await target();
    const by = writerOf();
    await half.place.begin(by, original.meta);
    await restoreAll(half.place, original.meta, original.vault, by);
    const vault = memoryVault(4096);
    const again = await half.place.snapshot(vault, {});
    expect(names(again.fingerprint)).toEqual(names(original.snapshot.fingerprint));

    const copy = await target();
    await copy.place.begin(writerOf(), throughJson(again.meta));
    expect(await copy.place.ledger(by)).toEqual(new Set());
    const copier = { ...writerOf(), epoch: 1 };
    await copy.place.begin(copier, throughJson(again.meta));
    await restoreAll(copy.place, throughJson(again.meta), vault, copier);
    expect((await copy.place.inspect()).mark).toEqual(copy.mark);
    expect(sorted(await lab.rows(copy.url, 'orders'))).toEqual(sorted(original.contents.get('orders')!));
  });

  test.runIf(harness.can.canary)('canaries are in every set, of a filter too', async () => {
    const { open, lab, target, restoreAll } = bench();
    const url = await lab.empty();
    await lab.put(url, 'orders', [['a', 'b']]);
    await lab.put(url, 'events', [['c', 'd']]);
    const place = await open(url);
    expect(await place.can.canary!.present()).toEqual([]);
    const first = await place.can.canary!.write(1);
    expect(first).toEqual({ seq: 1, at: new Date(first.at).toISOString() });
    await place.can.canary!.write(3);
    await place.can.canary!.write(2);
    expect(await place.can.canary!.present()).toEqual([1, 2, 3]);

    const vault = memoryVault();
    const { meta, fingerprint } = await place.snapshot(vault, { only: [harness.nameOf('orders')] });
    const copy = await target();
    const by = writerOf();
    await copy.place.begin(by, throughJson(meta));
    await restoreAll(copy.place, throughJson(meta), vault, by);
    expect(await copy.place.can.canary!.present()).toEqual([1, 2, 3]);
    expect(compareFingerprints(fingerprint, await copy.place.fingerprint({}))).toEqual([]);
    await expect(lab.rows(copy.url, 'events')).rejects.toThrow();
  });

  test('a filter takes what it names, stars and all, and leaves the rest', async () => {
    const { open, original } = bench();
    const place = await open(original.url);
    const taken = async (filter: object): Promise<string[]> =>
      names((await place.snapshot(memoryVault(), filter)).fingerprint);
    expect(await taken({ only: [harness.nameOf('orders'), harness.nameOf('twins')] })).toEqual(
      ['orders', 'twins'].map(harness.nameOf).sort(),
    );
    const rders = [...original.contents.keys()].filter((name) => name.includes('rders')).map(harness.nameOf);
    expect(await taken({ only: ['*rders*'] })).toEqual(rders.sort());
    expect(await taken({ only: ['*rders*'], except: ['*;*', harness.nameOf('orders')] })).toEqual(
      rders.filter((name) => name !== harness.nameOf('orders') && !name.includes(';')).sort(),
    );
  });

  test('a filter that matches nothing is an error, and nothing is written', async () => {
    const { open, original } = bench();
    const place = await open(original.url);
    const vault = memoryVault();
    for (const filter of [{ only: ['no-such-*'] }, { only: ['*orders*', 'no-such'] }, { except: ['*'] }]) {
      await expect(place.snapshot(vault, filter)).rejects.toMatchObject({
        kind: 'no-match',
        hint: expect.stringMatching(/\w/),
      });
      await expect(place.fingerprint(filter)).rejects.toMatchObject({ kind: 'no-match' });
    }
    expect(vault.streams.size).toBe(0);
  });

  test('writes during a snapshot do not tear it: what is restored is what its fingerprint says', async () => {
    const { open, lab, target, restoreAll } = bench();
    const url = await lab.empty();
    const rows = Array.from({ length: 50 }, (_, n): Row => [`row-${n}`, 'x'.repeat(100)]);
    await lab.put(url, 'left', rows);
    await lab.put(url, 'right', rows);
    const place = await open(url);
    const vault = memoryVault(4096);
    vault.fault = { is: 'delay', ms: 20 };
    let isTaken = false;
    const taking = place.snapshot(vault, {}).finally(() => {
      isTaken = true;
    });
    await using user = await lab.user(url);
    for (let n = 0; !isTaken && n < 500; n += 1) {
      await user.write('left', [`late-${n}`, null]);
      await user.write('right', [`late-${n}`, null]);
    }
    const { meta, fingerprint, consistency } = await taking;
    vault.fault = null;
    const copy = await target();
    const by = writerOf();
    await copy.place.begin(by, throughJson(meta));
    await restoreAll(copy.place, throughJson(meta), vault, by);
    expect(compareFingerprints(fingerprint, await copy.place.fingerprint({}))).toEqual([]);
    const [left, right] = ['left', 'right'].map((name) => fingerprint.objects[harness.nameOf(name)]!.rows);
    if (consistency.kind === 'point-in-time') expect([0, 1]).toContain(left! - right!);
  });

  test('a vault that fails while a set is taken fails the snapshot with its own error', async () => {
    const { open, original } = bench();
    const place = await open(original.url);
    for (const [is, kind] of [
      ['cut', 'unreachable'],
      ['full', 'no-space'],
    ] as const) {
      const vault = memoryVault();
      vault.fault = { is, afterBytes: 1 };
      await expect(place.snapshot(vault, {})).rejects.toMatchObject({ kind });
    }
    expect(names(await place.fingerprint({}))).toEqual(names(original.snapshot.fingerprint));
  });
};
