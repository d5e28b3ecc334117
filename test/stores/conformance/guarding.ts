import { expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { type Bench, sorted, writerOf } from './bench.ts';
import type { Harness } from './harness.ts';

/** Who may write into a place, and when. */
export const guarding = <Meta>(harness: Harness<Meta>, bench: () => Bench<Meta>): void => {
  const firstData = (meta: Meta) => [...harness.kind.units(meta, 'data')].sort((a, b) => b.bytes - a.bytes)[0]!;
  const prepare = async (place: Awaited<ReturnType<Bench<Meta>['open']>>, by = writerOf()) => {
    const { original } = bench();
    await place.begin(by, original.meta);
    for (const unit of harness.kind.units(original.meta, 'schema')) {
      await place.restore(unit, original.meta, original.vault, by);
    }
    return by;
  };

  test('a place that holds anything is refused and stays as it is', async () => {
    const { lab, open, original } = bench();
    const url = await lab.empty();
    await lab.put(url, 'orders', [['mine', 'keep it']]);
    const place = await open(url);
    await expect(place.begin(writerOf(), original.meta)).rejects.toMatchObject({
      kind: 'not-empty',
      hint: expect.stringMatching(/\w/),
    });
    expect(await lab.rows(url, 'orders')).toEqual([['mine', 'keep it']]);
    if (harness.hasNoEmpty) return;
    await lab.put(url, 'orders', []);
    await expect(place.begin(writerOf(), original.meta)).rejects.toMatchObject({ kind: 'not-empty' });
  });

  test('the same writer begins as often as it likes; another one finds the place not empty', async () => {
    const { target, original } = bench();
    const { place } = await target();
    const by = await prepare(place);
    const unit = firstData(original.meta);
    await place.restore(unit, original.meta, original.vault, by);
    await place.begin(by, original.meta);
    expect(await place.ledger(by)).toContain(unit.id);
    for (const other of [writerOf(), { ...by, set: 'b'.repeat(64) }]) {
      await expect(place.begin(other, original.meta)).rejects.toMatchObject({ kind: 'not-empty' });
      await expect(place.restore(unit, original.meta, original.vault, other)).rejects.toMatchObject({
        kind: 'refused',
      });
    }
    expect(await place.ledger(by)).toContain(unit.id);
  });

  test('a unit of a writer that never began is refused', async () => {
    const { target, original } = bench();
    const { place } = await target();
    for (const unit of original.units.slice(0, 2)) {
      await expect(place.restore(unit, original.meta, original.vault, writerOf())).rejects.toMatchObject({
        kind: 'refused',
      });
    }
    expect((await place.inspect()).objects).toEqual([]);
  });

  test('once a higher epoch began, the lower one neither restores nor begins', async () => {
    const { target, open, original } = bench();
    const { place, url } = await target(1);
    const old = writerOf(1);
    await place.begin(old, original.meta);
    const next = await open(url);
    await next.begin(writerOf(2), original.meta);
    for (const unit of [original.units[0]!, firstData(original.meta)]) {
      await expect(place.restore(unit, original.meta, original.vault, old)).rejects.toMatchObject({
        kind: 'stale-epoch',
        hint: expect.stringMatching(/\w/),
      });
    }
    await expect(place.begin(old, original.meta)).rejects.toMatchObject({ kind: 'stale-epoch' });
    expect((await place.inspect()).objects).toEqual([]);
  });

  test('the epoch of the mark counts too', async () => {
    const { target, original } = bench();
    const { place } = await target(3);
    await expect(place.begin(writerOf(2), original.meta)).rejects.toMatchObject({ kind: 'stale-epoch' });
    await place.begin(writerOf(3), original.meta);
  });

  test('a unit in flight when a higher epoch begins never lands in it', async () => {
    const { target, open, original, lab } = bench();
    const { place, url } = await target(1);
    const old = writerOf(1);
    await place.begin(old, original.meta);
    const next = await open(url);
    original.vault.fault = { is: 'delay', ms: 25 };
    const [unit, begun] = await Promise.allSettled([
      place.restore(original.units[0]!, original.meta, original.vault, old),
      next.begin(writerOf(2), original.meta),
    ]).finally(() => {
      original.vault.fault = null;
    });
    if (begun.status === 'rejected') {
      expect(begun.reason).toMatchObject({ kind: 'not-empty' });
      expect(unit.status).toBe('fulfilled');
    } else {
      expect(unit).toMatchObject({ status: 'rejected', reason: { kind: 'stale-epoch' } });
      expect((await next.inspect()).objects).toEqual([]);
      await expect(lab.rows(url, 'orders')).rejects.toThrow();
    }
  });

  test('rows changed behind the restore show in the comparison', async () => {
    const { target, original, restoreAll, lab } = bench();
    const { place, url } = await target();
    const by = writerOf();
    await place.begin(by, original.meta);
    await restoreAll(place, original.meta, original.vault, by);
    await place.end(by);
    const rows = original.contents.get('orders')!;
    await lab.put(url, 'orders', rows.slice(1));
    expect(compareFingerprints(original.snapshot.fingerprint, await place.fingerprint({}))).toMatchObject([
      { object: harness.nameOf('orders'), what: 'rows' },
    ]);
    await lab.drop(url, 'orders');
    expect(compareFingerprints(original.snapshot.fingerprint, await place.fingerprint({}))).toMatchObject([
      { object: harness.nameOf('orders'), what: 'absent' },
    ]);
    expect(sorted(await lab.rows(url, 'twins'))).toEqual(sorted(original.contents.get('twins')!));
  });
};
