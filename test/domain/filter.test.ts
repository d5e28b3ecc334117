import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selectNames } from '../../src/domain/filter.ts';

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
