import { describe, expect, it } from 'vitest';
import { diffPrints, diffTexts } from '../../src/domain/diff-prints.ts';

const print = (objects: Record<string, [rows: number, sum: string]>, algorithm = 'one') => ({
  algorithm,
  objects: Object.fromEntries(Object.entries(objects).map(([name, [rows, sum]]) => [name, { rows, sum }])),
});

describe('diffing fingerprints', () => {
  const before = print({ gone: [1, '1'], same: [2, '2'], grown: [3, '3'], other: [4, '4'] });
  const after = print({ fresh: [0, '0'], same: [2, '2'], grown: [5, '3'], other: [4, '5'] });

  it('says of every object what became of it', () => {
    expect(diffPrints(before, after).map(({ object, what }) => `${object} ${what}`)).toEqual([
      'fresh added',
      'gone removed',
      'grown changed',
      'other changed',
      'same equal',
    ]);
    expect(diffPrints(before, after)[1]).toMatchObject({ rowsBefore: 1, rowsAfter: null });
  });

  it('calls nothing equal that was hashed in another way', () => {
    const found = diffPrints(before, { ...before, algorithm: 'another' });
    expect(found.map(({ what }) => what)).toEqual(Array(4).fill('not compared'));
  });

  it('takes names that every object has for what they are', () => {
    const named = print(Object.fromEntries([['constructor', [1, '1'] as [number, string]]]));
    expect(diffPrints(print({}), named)).toMatchObject([{ what: 'added' }]);
  });

  it('leaves equal texts out', () => {
    const found = diffTexts(
      new Map([
        ['a', '1'],
        ['b', '1'],
      ]),
      new Map([
        ['b', '2'],
        ['c', '3'],
      ]),
    );
    expect(found.map(({ name, what }) => `${name} ${what}`)).toEqual(['a removed', 'b changed', 'c added']);
    expect(diffTexts(new Map([['a', '1']]), new Map([['a', '1']]))).toEqual([]);
  });
});
