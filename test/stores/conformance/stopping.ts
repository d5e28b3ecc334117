import { expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import type { Place, Progress } from '../../../src/stores/port.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { type Bench, writerOf } from './bench.ts';
import type { Harness } from './harness.ts';

/** Work that is told to stop, work whose connection breaks, and what both leave behind. */
export const stopping = <Meta>(harness: Harness<Meta>, bench: () => Bench<Meta>): void => {
  /** The original again, over a vault of its own that can stall without holding up other tests. */
  const stallable = () => {
    const vault = memoryVault(256);
    for (const [name, bytes] of bench().original.vault.streams) vault.streams.set(name, bytes);
    return vault;
  };

  const schemaIn = async (place: Place<Meta>, by = writerOf()) => {
    const { original } = bench();
    await place.begin(by, original.meta);
    for (const unit of harness.kind.units(original.meta, 'schema')) {
      await place.restore(unit, original.meta, original.vault, by);
    }
    const largest = [...harness.kind.units(original.meta, 'data')].sort((a, b) => b.bytes - a.bytes)[0]!;
    return { by, largest };
  };

  const within = async (ms: number, promise: Promise<unknown>): Promise<unknown> => {
    const began = performance.now();
    const error = await promise.then(
      () => 'it went on to the end',
      (caught: unknown) => caught,
    );
    expect(performance.now() - began).toBeLessThan(ms);
    return error;
  };

  test('a unit stopped half-way ends as interrupted within a second and leaves nothing of itself', async () => {
    const { target, open, original } = bench();
    const { place, url } = await target();
    const { by, largest } = await schemaIn(place);
    const before = await place.fingerprint({});
    const stop = new AbortController();
    const stopped = await open(url, { signal: stop.signal });
    const vault = stallable();
    vault.fault = { is: 'stall', afterBytes: Math.floor(largest.bytes / 3) };
    const restoring = stopped.restore(largest, original.meta, vault, by);
    restoring.catch(() => {});
    await vault.stalled();
    stop.abort();
    expect(await within(1_000, restoring)).toMatchObject({ kind: 'interrupted' });
    vault.fault = null;
    vault.release();
    // The vault moves again: a unit that went on in the background would land while the place is looked at.
    for (let look = 0; look < 20; look += 1) await place.inspect();
    expect(await place.ledger(by)).not.toContain(largest.id);
    expect(compareFingerprints(before, await place.fingerprint({}))).toEqual([]);
    expect(await place.restore(largest, original.meta, original.vault, by)).toMatchObject({ wasApplied: true });
  });

  test('a snapshot stopped half-way ends as interrupted within a second', async () => {
    const { open, original } = bench();
    const stop = new AbortController();
    const place = await open(original.url, { signal: stop.signal });
    const vault = memoryVault();
    vault.fault = { is: 'stall', afterBytes: 100 };
    const taking = place.snapshot(vault, {});
    taking.catch(() => {});
    await vault.stalled();
    stop.abort();
    expect(await within(1_000, taking)).toMatchObject({ kind: 'interrupted' });
    const after = await open(original.url);
    expect(compareFingerprints(original.snapshot.fingerprint, await after.fingerprint({}))).toEqual([]);
  });

  test('nothing starts once the work was told to stop', async () => {
    const { target, open, original } = bench();
    const { url, mark } = await target();
    const stop = new AbortController();
    const place = await open(url, { signal: stop.signal });
    const by = writerOf();
    await place.begin(by, original.meta);
    stop.abort();
    const calls: (() => Promise<unknown>)[] = [
      () => place.inspect(),
      () => place.stamp({ ...mark, epoch: 9 }),
      () => place.snapshot(memoryVault(), {}),
      () => place.fingerprint({}),
      () => place.begin(by, original.meta),
      () => place.restore(original.units[0]!, original.meta, original.vault, by),
    ];
    for (const call of calls) {
      expect(await within(1_000, call()), String(call)).toMatchObject({ kind: 'interrupted' });
    }
    expect((await (await open(url)).inspect()).mark).toEqual(mark);
  });

  test('snapshot, restore and fingerprint say how far they are', async () => {
    const { open, target, original } = bench();
    const { url } = await target();
    const beats: Progress[] = [];
    const beat = (progress: Progress) => void beats.push(progress);
    const expectBeats = () => {
      expect(beats.length).toBeGreaterThan(0);
      for (const { says, bytes, totalBytes } of beats.splice(0)) {
        expect(says).toMatch(/\S/);
        expect(bytes).toBeGreaterThanOrEqual(0);
        expect(totalBytes === null || totalBytes >= 0).toBe(true);
      }
    };
    const source = await open(original.url, { beat });
    await source.snapshot(memoryVault(), {});
    expect(beats.at(-1)!.bytes).toBeGreaterThan(0);
    expectBeats();
    await source.fingerprint({});
    expectBeats();
    const place = await open(url, { beat });
    const { by, largest } = await schemaIn(place);
    beats.length = 0;
    await place.restore(largest, original.meta, original.vault, by);
    expectBeats();
  });

  if (harness.isInProcess) return;

  test('connections that break half-way through a unit leave nothing of it, and the unit can be tried again', async ({
    skip,
  }) => {
    const { target, open, original, lab } = bench();
    if (lab.cut === undefined) return skip('the harness cannot cut connections');
    const { place, url } = await target();
    const { by, largest } = await schemaIn(place);
    const vault = stallable();
    vault.fault = { is: 'stall', afterBytes: Math.floor(largest.bytes / 3) };
    const restoring = place.restore(largest, original.meta, vault, by);
    restoring.catch(() => {});
    await vault.stalled();
    await lab.cut(url);
    expect(await within(5_000, restoring)).toMatchObject({ kind: 'unreachable' });
    const again = await open(url);
    expect(await again.ledger(by)).not.toContain(largest.id);
    expect(await again.restore(largest, original.meta, original.vault, by)).toMatchObject({ wasApplied: true });
  });

  test('connections that break half-way through a snapshot fail it as retryable', async ({ skip }) => {
    const { open, original, lab } = bench();
    if (lab.cut === undefined) return skip('the harness cannot cut connections');
    const place = await open(original.url);
    const vault = memoryVault();
    vault.fault = { is: 'stall', afterBytes: 100 };
    const taking = place.snapshot(vault, {});
    taking.catch(() => {});
    await vault.stalled();
    await lab.cut(original.url);
    expect(await within(5_000, taking)).toMatchObject({ kind: 'unreachable' });
  });
};
