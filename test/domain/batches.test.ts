import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchBytes, countBatches, cutBatch, parallelOf } from '../../src/domain/batches.ts';

const unitsOf = fc.array(
  fc.integer({ min: 1, max: 2_000_000_000 }).map((bytes) => ({ bytes })),
  { maxLength: 200 },
);
const total = (units: readonly { bytes: number }[]): number => units.reduce((sum, unit) => sum + unit.bytes, 0);

describe('cutting a stage into batches', () => {
  test('gives every unit to exactly one batch, in order', () => {
    fc.assert(
      fc.property(unitsOf, fc.integer({ min: 1, max: 50 }), (units, batches) => {
        const cut = Array.from({ length: batches }, (_, batch) => cutBatch(units, batch, batches)).flat();
        expect(cut).toEqual(units);
        expect(cut.every((unit, at) => unit === units[at])).toBe(true);
      }),
    );
  });

  test('makes no batch heavier than an even share and its heaviest unit', () => {
    fc.assert(
      fc.property(unitsOf, fc.integer({ min: 1, max: 50 }), (units, batches) => {
        const heaviest = Math.max(0, ...units.map((unit) => unit.bytes));
        for (let batch = 0; batch < batches; batch += 1) {
          expect(total(cutBatch(units, batch, batches))).toBeLessThanOrEqual(total(units) / batches + heaviest);
        }
      }),
    );
  });

  test('gives equal units to as many batches evenly', () => {
    const units = Array.from({ length: 12 }, (_, id) => ({ id, bytes: 7 }));
    const ids = [0, 1, 2, 3].map((batch) => cutBatch(units, batch, 4).map(({ id }) => id));
    expect(ids).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
      [9, 10, 11],
    ]);
  });
});

describe('counting batches', () => {
  test('never gives more batches than units, nor none', () => {
    fc.assert(
      fc.property(unitsOf, (units) => {
        const batches = countBatches(units, 'data');
        expect(batches).toBeGreaterThanOrEqual(1);
        expect(batches).toBeLessThanOrEqual(Math.max(1, units.length));
      }),
    );
  });

  test('keeps a batch of small units near 300 MB', () => {
    const units = Array.from({ length: 10_000 }, () => ({ bytes: 10_000_000 }));
    const batches = countBatches(units, 'data');
    expect(batches).toBe(Math.ceil(total(units) / batchBytes));
    expect(batches).toBeLessThan(400);
  });

  test('keeps four workers busy with a small set', () => {
    const units = Array.from({ length: 9 }, () => ({ bytes: 1000 }));
    expect(countBatches(units, 'data')).toBe(4);
    expect(countBatches(units, 'index')).toBe(4);
  });

  test('leaves stages whose units depend on each other whole, and applies them one by one', () => {
    const units = Array.from({ length: 9 }, () => ({ bytes: batchBytes }));
    for (const stage of ['schema', 'finish'] as const) {
      expect(countBatches(units, stage)).toBe(1);
      expect(parallelOf(stage, 8)).toBe(1);
    }
    expect(parallelOf('data', 8)).toBe(8);
  });
});
