import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RestoreSelection } from '../../src/domain/data.ts';
import { selectionKey, selectNames } from '../../src/domain/filter.ts';

const names = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 8 }), { minLength: 1, maxLength: 12 });

test('no patterns select everything, in the order given', () => {
  fc.assert(
    fc.property(names, (all) => {
      expect(selectNames(all)).toEqual(all);
    }),
  );
});

test('a name without a star is matched by itself alone', () => {
  fc.assert(
    fc.property(names, fc.nat(), (all, at) => {
      const name = all[at % all.length]!;
      fc.pre(!name.includes('*'));
      expect(selectNames(all, { only: [name] })).toEqual([name]);
    }),
  );
});

test('only and except of the same patterns cut the names in two', () => {
  const pattern = fc.constantFrom('a*', '*b', '*c*', 'a*b*', '*');
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n', '.') })), pattern, (all, one) => {
      const selected = (filter: object) => {
        try {
          return selectNames(all, filter);
        } catch {
          return [];
        }
      };
      expect([...selected({ only: [one] }), ...selected({ except: [one] })].sort()).toEqual([...all].sort());
    }),
  );
});

test('a pattern that matches nothing is refused beside one that does, and the message shows what is there', () => {
  expect(() => selectNames(['orders', 'events'], { only: ['ord*', 'event'] })).toThrow(
    expect.objectContaining({ kind: 'no-match', message: expect.stringContaining('"event"; there is events, orders') }),
  );
  expect(() => selectNames(['orders'], { except: ['*'] })).toThrow(expect.objectContaining({ kind: 'no-match' }));
  expect(selectNames([], {})).toEqual([]);
  expect(selectNames(['orders'], { except: ['logs_*'] })).toEqual(['orders']);
});

test('a star crosses newlines and a regular expression means itself', () => {
  expect(selectNames(['a\nb', 'a.b', 'axb'], { only: ['a*b'] })).toEqual(['a\nb', 'a.b', 'axb']);
  expect(selectNames(['a\nb', 'a.b', 'axb'], { only: ['a.b'] })).toEqual(['a.b']);
});

const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const patterns = some(fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 3 }));
const selections = fc
  .record({
    only: patterns,
    except: patterns,
    parts: some(fc.constantFrom('all', 'schema', 'data')),
    keys: some(fc.constantFrom('refuse', 'leave-out')),
    owners: some(
      fc.oneof(fc.constantFrom('keep', 'drop'), fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y'))),
    ),
    privileges: some(fc.constantFrom('keep', 'drop')),
    into: some(fc.constantFrom('empty', 'existing')),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as RestoreSelection);

/** What a selection says, spelled out. */
const meaning = ({
  only = [],
  except = [],
  parts = 'all',
  keys = 'refuse',
  owners = 'keep',
  privileges = 'keep',
  into = 'empty',
}: RestoreSelection) => [
  [...new Set(only)].sort(),
  [...new Set(except)].sort(),
  parts,
  parts === 'data' ? 'no matter' : keys,
  typeof owners === 'string' ? owners : Object.keys(owners).length === 0 ? 'keep' : Object.entries(owners).sort(),
  privileges,
  into,
];

test('selections have the same key exactly when they mean the same, and everything has none', () => {
  expect(selectionKey({})).toBe('');
  expect(selectionKey({ only: [], parts: 'all', keys: 'refuse', owners: {}, privileges: 'keep', into: 'empty' })).toBe(
    '',
  );
  fc.assert(
    fc.property(selections, selections, (a, b) => {
      const isSame = JSON.stringify(meaning(a)) === JSON.stringify(meaning(b));
      expect(selectionKey(a) === selectionKey(b)).toBe(isSame);
      expect(selectionKey(JSON.parse(JSON.stringify(a)))).toBe(selectionKey(a));
    }),
    { numRuns: 2000 },
  );
  for (const one of [
    { parts: 'schema' },
    { parts: 'data' },
    { into: 'existing' },
    { owners: 'drop' },
    { privileges: 'drop' },
    { keys: 'leave-out' },
  ] as const) {
    expect(selectionKey(one)).not.toBe('');
  }
});
