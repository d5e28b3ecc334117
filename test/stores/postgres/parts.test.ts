import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutBlocks, isInBlocks, partBytesOf } from '../../../src/stores/postgres/catalog/parts.ts';

test('ranges cover every block once, in order, and none is empty', () => {
  const sizes = fc.tuple(fc.nat(20_000), fc.nat(1e9), fc.integer({ min: 1_000_000, max: 32_000_000 }));
  fc.assert(
    fc.property(sizes, ([blocks, bytes, partBytes]) => {
      const ranges = cutBlocks(blocks, bytes + blocks, partBytes);
      const isWhole = ranges.every(({ from, to }, n) => to > from && from === (ranges[n - 1]?.to ?? 0));
      expect(isWhole).toBe(true);
      expect(ranges.at(-1)?.to ?? 0).toBe(blocks);
    }),
  );
});

test('parts are about as large as asked, whatever is stored beside the table', () => {
  const ranges = cutBlocks(12_800, 12_800 * 8192, 10_000_000);
  expect(ranges).toHaveLength(11);
  expect(cutBlocks(10, 1_000_000_000, 32_000_000)).toHaveLength(10);
  expect(cutBlocks(0, 0, 1_000_000)).toEqual([]);
});

test('small databases are cut small, large ones not too large', () => {
  expect(partBytesOf(0)).toBe(1_000_000);
  expect(partBytesOf(640_000_000)).toBe(10_000_000);
  expect(partBytesOf(1e12)).toBe(32_000_000);
});

test('a range is a condition on ctid', () => {
  expect(isInBlocks({ from: 3, to: 7 })).toBe(`ctid >= '(3,0)' AND ctid < '(7,0)'`);
});
