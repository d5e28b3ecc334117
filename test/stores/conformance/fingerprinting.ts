import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareFingerprints, type Fingerprint } from '../../../src/domain/fingerprint.ts';
import { type Bench, sorted } from './bench.ts';
import type { Harness, Row } from './harness.ts';

/** Equal content gives equal prints, whatever the order; any other content does not. */
export const fingerprinting = <Meta>(harness: Harness<Meta>, bench: () => Bench<Meta>): void => {
  /** The print of a place whose object `things` holds these rows; one place for all calls of a test. */
  const printer = async (): Promise<(rows: readonly Row[]) => Promise<Fingerprint>> => {
    const { lab, open } = bench();
    const url = await lab.empty();
    const place = await open(url);
    return async (rows) => {
      await lab.put(url, 'things', rows);
      return place.fingerprint({});
    };
  };

  const base: readonly Row[] = [
    ['a', 'one'],
    ['b', 'two'],
    ['c', null],
    ['c', null],
  ];
  const changes: Record<string, readonly Row[]> = {
    'a row removed': base.slice(1),
    'a row added': [...base, ['d', 'four']],
    'a row removed and another doubled': [base[1]!, base[1]!, base[2]!, base[3]!],
    'one value changed': [['a', 'One'], ...base.slice(1)],
    'a null made an empty text': [...base.slice(0, 3), ['c', '']],
    'a null made the word': [...base.slice(0, 3), ['c', 'null']],
    'values of two rows swapped': [['a', 'two'], ['b', 'one'], ...base.slice(2)],
    'columns swapped': [['one', 'a'], ...base.slice(1)],
    'the border between columns moved': [['ao', 'ne'], ...base.slice(1)],
    'a space added': [['a', 'one '], ...base.slice(1)],
    'a pair of equal rows removed': base.slice(0, 2),
    'all rows removed': [],
  };

  test('every sort of change shows', async () => {
    const print = await printer();
    const expected = await print(base);
    for (const [what, rows] of Object.entries(changes)) {
      expect(compareFingerprints(expected, await print(rows)), what).not.toEqual([]);
    }
    expect(compareFingerprints(expected, await print(base))).toEqual([]);
  });

  test('A, A, B is not A, B, B, and C, A, A is not C, B, B', async () => {
    const print = await printer();
    const [a, b]: Row[] = [
      ['a', '1'],
      ['b', '2'],
    ];
    expect(compareFingerprints(await print([a!, a!, b!]), await print([a!, b!, b!]))).toMatchObject([
      { object: harness.nameOf('things'), what: 'content' },
    ]);
    const c: Row = ['c', '3'];
    expect(compareFingerprints(await print([c, a!, a!]), await print([c, b!, b!]))).toMatchObject([
      { object: harness.nameOf('things'), what: 'content' },
    ]);
  });

  test('the order of rows does not matter', async () => {
    const print = await printer();
    expect(compareFingerprints(await print(base), await print(base.toReversed()))).toEqual([]);
  });

  test('prints are equal exactly when the rows are', async () => {
    const print = await printer();
    const text = fc.constantFrom('', 'a', 'b', 'ab', 'null');
    const rows = fc.array(fc.tuple(text, fc.option(text, { nil: null })), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(rows, rows, async (one, two) => {
        const areEqual = compareFingerprints(await print(one), await print(two)).length === 0;
        expect(areEqual).toBe(JSON.stringify(sorted(one)) === JSON.stringify(sorted(two)));
      }),
      { numRuns: harness.slow === undefined ? 25 : 6 },
    );
  });

  test('an empty object is not an absent one, and a renamed object is another one', async ({ skip }) => {
    if (harness.hasNoEmpty) return skip('an object is what is in it here: without a row it is not there');
    const { lab, open } = bench();
    const url = await lab.empty();
    await lab.put(url, 'things', base);
    const place = await open(url);
    const without = await place.fingerprint({});
    await lab.put(url, 'empty', []);
    const withEmpty = await place.fingerprint({});
    expect(compareFingerprints(without, withEmpty)).toMatchObject([
      { object: harness.nameOf('empty'), what: 'unexpected' },
    ]);
    await lab.drop(url, 'things');
    await lab.put(url, 'thongs', base);
    expect(compareFingerprints(withEmpty, await place.fingerprint({})).map(({ what }) => what)).toEqual([
      'absent',
      'unexpected',
    ]);
  });

  test('a filter prints what it selects, as it is printed with everything', async () => {
    const { open, original } = bench();
    const place = await open(original.url);
    const only = ['twins', 'or"ders', '__proto__'].map(harness.nameOf);
    const some = await place.fingerprint({ only });
    const all = original.snapshot.fingerprint;
    expect(Object.keys(some.objects).sort()).toEqual(only.toSorted());
    for (const name of only) expect(some.objects[name]).toEqual(all.objects[name]);
  });
};
