import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fingerprint } from '../../src/domain/fingerprint.ts';
import { compareFingerprints, equalityTable } from '../../src/domain/fingerprint.ts';

const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 6 }),
  fc.constantFrom('constructor', 'toString', '__proto__', 'hasOwnProperty', 'public.orders', 'with "quotes"\n'),
);
const print = fc.record({ rows: fc.nat(5), sum: fc.constantFrom('1,1', '2,4', '3,9') });
const objects = fc
  .uniqueArray(fc.tuple(name, print), { selector: ([key]) => key, maxLength: 8 })
  .map((entries) => Object.fromEntries(entries));
const fingerprint: fc.Arbitrary<Fingerprint> = fc.record({
  algorithm: fc.constantFrom('sum-1', 'sum-1', 'sum-1', 'sum-2'),
  objects,
});

const of = (objects: Fingerprint['objects']): Fingerprint => ({ algorithm: 'sum-1', objects });

describe('comparing fingerprints', () => {
  test('names what differs and how', () => {
    const expected = of({ a: { rows: 2, sum: 'x' }, b: { rows: 1, sum: 'x' }, c: { rows: 1, sum: 'x' } });
    const found = of({ a: { rows: 3, sum: 'x' }, b: { rows: 1, sum: 'y' }, d: { rows: 4, sum: 'x' } });
    expect(compareFingerprints(expected, found)).toEqual([
      { object: 'a', what: 'rows', expected: '2', found: '3' },
      { object: 'b', what: 'content', expected: 'x', found: 'y' },
      { object: 'c', what: 'absent', expected: '1 rows', found: 'nothing' },
      { object: 'd', what: 'unexpected', expected: 'nothing', found: '4 rows' },
    ]);
  });

  test('tables named like what every object inherits are tables like any other', () => {
    const one = of({ constructor: { rows: 1, sum: 'x' } });
    expect(compareFingerprints(one, of({}))).toMatchObject([{ object: 'constructor', what: 'absent' }]);
    expect(compareFingerprints(of({}), one)).toMatchObject([{ object: 'constructor', what: 'unexpected' }]);
    expect(equalityTable(one, of({}))).toEqual([
      { object: 'constructor', expectedRows: 1, foundRows: null, equal: false },
    ]);
  });

  test('is empty exactly when both are the same', () => {
    fc.assert(
      fc.property(fingerprint, fingerprint, (a, b) => {
        expect(compareFingerprints(a, a)).toEqual([]);
        const isSame = a.algorithm === b.algorithm && JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(compareFingerprints(a, b).length === 0).toBe(isSame);
      }),
    );
  });

  test('finds as many differences from either side', () => {
    fc.assert(
      fc.property(fingerprint, fingerprint, (a, b) => {
        expect(compareFingerprints(b, a)).toHaveLength(compareFingerprints(a, b).length);
      }),
    );
  });

  test('the equality table has every object of both sides, and is all equal exactly when nothing differs', () => {
    fc.assert(
      fc.property(fingerprint, fingerprint, (a, b) => {
        const table = equalityTable(a, b);
        const names = new Set([...Object.keys(a.objects), ...Object.keys(b.objects)]);
        expect(new Set(table.map(({ object }) => object))).toEqual(names);
        if (names.size > 0) {
          expect(table.every(({ equal }) => equal)).toBe(compareFingerprints(a, b).length === 0);
        }
      }),
    );
  });

  test('prints of different algorithms are never equal, not even row by row', () => {
    const a = of({ t: { rows: 1, sum: 'x' } });
    const b = { ...a, algorithm: 'sum-2' };
    expect(compareFingerprints(a, b)).toMatchObject([{ what: 'algorithm' }]);
    expect(equalityTable(a, b)[0]?.equal).toBe(false);
  });
});

const sorted = ({ objects: all }: Fingerprint) =>
  Object.entries(all)
    .map(([key, { rows, sum }]) => [key, rows, sum] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
