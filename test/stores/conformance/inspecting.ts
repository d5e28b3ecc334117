import { expect, test } from 'vitest';
import { type Bench, markOf, workOf, writerOf } from './bench.ts';
import type { Harness } from './harness.ts';

/** Marks, sizes, the clock, and places that cannot be opened. */
export const inspecting = <Meta>(harness: Harness<Meta>, bench: () => Bench<Meta>): void => {
  test('a place has no mark until one is stamped, and a second stamp replaces the first', async () => {
    const { lab, open } = bench();
    const place = await open(await lab.empty());
    expect((await place.inspect()).mark).toBeNull();
    const first = markOf(1);
    await place.stamp(first);
    expect((await place.inspect()).mark).toEqual(first);
    const { run: _, ...second } = markOf(2, 'primary');
    await place.stamp(second);
    expect((await place.inspect()).mark).toEqual(second);
  });

  test('objects are listed largest first, without what the product wrote', async () => {
    const { open, original } = bench();
    const place = await open(original.url);
    const { objects, bytes, freeBytes, version, missingPermissions } = await place.inspect();
    expect(objects.map(({ name }) => name).sort()).toEqual([...original.contents.keys()].map(harness.nameOf).sort());
    expect(objects.map((one) => one.bytes)).toEqual(objects.map((one) => one.bytes).sort((a, b) => b - a));
    expect(bytes).toBeGreaterThan(0);
    expect(freeBytes === null || freeBytes > 0).toBe(true);
    expect(version).toMatch(/\d/);
    expect(missingPermissions).toEqual([]);
  });

  test('an empty place that was stamped and readied still lists no object', async () => {
    const { target, original } = bench();
    const { place } = await target();
    await place.begin(writerOf(), original.meta);
    expect((await place.inspect()).objects).toEqual([]);
  });

  test('the clock is the instant of the store, and the skew how far ours is ahead of it', async () => {
    const { open, original } = bench();
    const before = Date.now();
    const { clock, skewMs } = await (await open(original.url)).inspect();
    expect(clock).toBe(new Date(clock).toISOString());
    expect(Math.abs(skewMs)).toBeLessThan(5_000);
    expect(Math.abs(before - Date.parse(clock) - skewMs)).toBeLessThan(1_000);
  });

  test('capabilities are those the harness names', async () => {
    const { open, original } = bench();
    const { can } = await open(original.url);
    const has = { fence: can.fence !== undefined, canary: can.canary !== undefined, checks: can.checks !== undefined };
    expect(has).toEqual({ checks: false, ...harness.can });
  });

  test('another sort of URL is bad input, and the error does not show the password in it', async () => {
    const opening = harness.kind.open('nonsense://someone:s3cret-word@somewhere/x', workOf());
    const error = await opening.then(
      () => null,
      (caught: unknown) => caught as { kind: string; message: string; hint: string },
    );
    expect(error).toMatchObject({ kind: 'bad-input', hint: expect.stringMatching(/\w/) });
    expect(`${error?.message} ${error?.hint}`).not.toContain('s3cret-word');
  });

  test('a place that does not exist is missing', async () => {
    await expect(harness.kind.open(await bench().lab.absent(), workOf())).rejects.toMatchObject({ kind: 'missing' });
  });
};
