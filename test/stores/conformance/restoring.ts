import { expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { stages } from '../../../src/domain/words.ts';
import { type Bench, sorted, writerOf } from './bench.ts';
import type { Harness } from './harness.ts';

/** Units land exactly once, in any order, by any number of writers. */
export const restoring = <Meta>(harness: Harness<Meta>, bench: () => Bench<Meta>): void => {
  test('a second application changes nothing and reads nothing, and the ledger names every unit', async () => {
    const { target, original, restoreAll } = bench();
    const { place } = await target();
    const by = writerOf();
    await place.begin(by, original.meta);
    const first = await restoreAll(place, original.meta, original.vault, by);
    expect(first.every((one) => one.wasApplied)).toBe(true);
    expect(await place.ledger(by)).toEqual(new Set(original.units.map(({ id }) => id)));
    const readBefore = original.vault.bytesRead;
    for (const unit of original.units) {
      expect(await place.restore(unit, original.meta, original.vault, by)).toMatchObject({
        wasApplied: false,
        bytes: 0,
      });
    }
    expect(original.vault.bytesRead).toBe(readBefore);
    expect(compareFingerprints(original.snapshot.fingerprint, await place.fingerprint({}))).toEqual([]);
  });

  test('two writers racing over every unit apply each exactly once', async () => {
    const { target, open, original } = bench();
    const { place: one, url } = await target();
    const two = await open(url);
    const by = writerOf();
    await Promise.all([one.begin(by, original.meta), two.begin(by, original.meta)]);
    for (const stage of stages) {
      for (const unit of harness.kind.units(original.meta, stage)) {
        const both = await Promise.all(
          [one, two].map((place) => place.restore(unit, original.meta, original.vault, by)),
        );
        expect(both.map((applied) => applied.wasApplied).sort(), unit.says).toEqual([false, true]);
      }
    }
    expect(compareFingerprints(original.snapshot.fingerprint, await one.fingerprint({}))).toEqual([]);
  });

  test('many units at once through one open place', async () => {
    const { target, original } = bench();
    const { place } = await target();
    const by = writerOf();
    await place.begin(by, original.meta);
    for (const stage of stages) {
      const inStage = [...harness.kind.units(original.meta, stage)];
      const restore = (unit: (typeof inStage)[number]) => place.restore(unit, original.meta, original.vault, by);
      if (stage === 'data') await Promise.all(inStage.map(restore));
      else for (const unit of inStage) await restore(unit);
    }
    expect(compareFingerprints(original.snapshot.fingerprint, await place.fingerprint({}))).toEqual([]);
  });

  test('a restore goes on where another process left off', async () => {
    const { target, open, original, lab } = bench();
    const { place, url } = await target();
    const by = writerOf();
    await place.begin(by, original.meta);
    const half = original.units.slice(0, Math.floor(original.units.length * 0.6));
    for (const unit of half) await place.restore(unit, original.meta, original.vault, by);
    const next = await open(url);
    await next.begin(by, original.meta);
    const done = await next.ledger(by);
    expect(done).toEqual(new Set(half.map(({ id }) => id)));
    for (const unit of original.units.filter(({ id }) => !done.has(id))) {
      await next.restore(unit, original.meta, original.vault, by);
    }
    await next.end(by);
    expect(compareFingerprints(original.snapshot.fingerprint, await next.fingerprint({}))).toEqual([]);
    expect(sorted(await lab.rows(url, 'twins'))).toEqual(sorted(original.contents.get('twins')!));
  });

  test('a part of a set can be restored alone', async () => {
    const { target, original, restoreAll } = bench();
    const { place } = await target();
    const only = [harness.nameOf('values'), harness.nameOf('Case')];
    const by = { ...writerOf(), selection: { only } };
    await place.begin(by, original.meta);
    await restoreAll(place, original.meta, original.vault, by);
    await place.end(by);
    const all = original.snapshot.fingerprint;
    expect(
      compareFingerprints(
        { ...all, objects: Object.fromEntries(only.map((name) => [name, all.objects[name]!])) },
        await place.fingerprint({}),
      ),
    ).toEqual([]);
  });

  test('a stream that is damaged, gone or cut off fails the unit by name and leaves nothing of it', async () => {
    const { target, original } = bench();
    const { place } = await target();
    const by = writerOf();
    await place.begin(by, original.meta);
    const largest = [...harness.kind.units(original.meta, 'data')].sort((a, b) => b.bytes - a.bytes)[0]!;
    for (const unit of harness.kind.units(original.meta, 'schema')) {
      await place.restore(unit, original.meta, original.vault, by);
    }
    const before = await place.fingerprint({});
    for (const [fault, kind] of [
      [{ is: 'corrupt', afterBytes: 1 }, 'damaged'],
      [{ is: 'missing' }, 'missing'],
      [{ is: 'cut', afterBytes: 1 }, 'unreachable'],
    ] as const) {
      original.vault.fault = fault;
      try {
        await expect(place.restore(largest, original.meta, original.vault, by)).rejects.toMatchObject({ kind });
      } finally {
        original.vault.fault = null;
      }
      expect(await place.ledger(by)).not.toContain(largest.id);
      expect(compareFingerprints(before, await place.fingerprint({}))).toEqual([]);
    }
    expect(await place.restore(largest, original.meta, original.vault, by)).toMatchObject({ wasApplied: true });
  });

  test('end drops the ledger, twice is fine, and a unit that comes late is refused', async () => {
    const { target, open, original, restoreAll } = bench();
    const { place, url } = await target();
    const late = await open(url);
    const by = writerOf();
    await place.begin(by, original.meta);
    await restoreAll(place, original.meta, original.vault, by);
    await place.end(by);
    await place.end(by);
    expect(await place.ledger(by)).toEqual(new Set());
    for (const unit of original.units) {
      await expect(late.restore(unit, original.meta, original.vault, by)).rejects.toMatchObject({ kind: 'refused' });
    }
    expect(compareFingerprints(original.snapshot.fingerprint, await place.fingerprint({}))).toEqual([]);
  });
};
