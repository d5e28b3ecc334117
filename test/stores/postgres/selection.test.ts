import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAllIn, selectPositions, withNeeds } from '../../../src/stores/postgres/selection/selection.ts';

/** events > events_1, events_2 > events_2a; base > child; alone */
const all = [
  { object: 's.alone', parents: [] },
  { object: 's.base', parents: [] },
  { object: 's.child', parents: [1] },
  { object: 's.events', parents: [] },
  { object: 's.events_1', parents: [3] },
  { object: 's.events_2', parents: [3] },
  { object: 's.events_2a', parents: [5] },
];
const named = (filter: object) => [...selectPositions(all, filter)].map((position) => all[position]!.object);

test('naming a partitioned table takes its partitions, excepting it leaves them out', () => {
  expect(named({ only: ['s.events'] })).toEqual(['s.events', 's.events_1', 's.events_2', 's.events_2a']);
  expect(named({ except: ['s.events'] })).toEqual(['s.alone', 's.base', 's.child']);
  expect(named({ only: ['s.events'], except: ['s.events_2'] })).toEqual(['s.events', 's.events_1']);
  expect(named({ only: ['s.events_2a'] })).toEqual(['s.events_2a']);
  expect(named({})).toHaveLength(all.length);
});

test('a typo is an error, and so is a filter that leaves nothing', () => {
  for (const filter of [{ only: ['s.evnets'] }, { except: ['*'] }, { only: ['s.events_1'], except: ['s.events'] }]) {
    expect(() => named(filter)).toThrow(expect.objectContaining({ kind: 'no-match' }));
  }
});

test('what is selected is closed under what it needs, and no larger than that', () => {
  const graph = fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(graph, fc.uniqueArray(fc.nat(9)), (needs, start) => {
      const closed = withNeeds(new Set(start), (position) => needs[position]!);
      for (const position of closed) expect(isAllIn(needs[position]!, closed)).toBe(true);
      for (const position of closed) {
        const isReached = start.includes(position) || [...closed].some((other) => needs[other]!.includes(position));
        expect(isReached).toBe(true);
      }
    }),
  );
});
