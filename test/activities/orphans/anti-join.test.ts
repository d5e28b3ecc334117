import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { antiJoin, type Keys } from '../../../activities/orphans/anti-join.ts';
import { digestSet } from '../../../activities/orphans/digest-set.ts';

/** Rows as a store gives them, some at a time, counting how often they were asked for. */
const side = (rows: Keys, some = 7) => {
  const state = { read: 0 };
  const stream = async function* (): AsyncGenerator<Keys> {
    state.read += 1;
    for (let at = 0; at < rows.length; at += some) yield rows.slice(at, at + some);
  };
  return { stream, state };
};

/** By the words of the check, with everything in memory. */
const expected = (children: Keys, parents: Keys): number => {
  const known = new Set(parents.filter((row) => !row.includes(null)).map((row) => JSON.stringify(row)));
  return children.filter((row) => !row.includes(null) && !known.has(JSON.stringify(row))).length;
};

const value = fc.oneof(fc.nat(60).map(String), fc.constantFrom('', ',', '1,2', '"', 'ä'), fc.constant(null));
const rows = fc.array(fc.tuple(value, value), { maxLength: 200 });

describe('an anti-join', () => {
  test('counts what a join in memory counts, in as many passes as it needs', async () => {
    await fc.assert(
      fc.asyncProperty(rows, rows, fc.integer({ min: 1, max: 50 }), async (children, parents, most) => {
        const [from, to] = [side(children), side(parents)];
        const { orphans, examples, passes } = await antiJoin(from.stream, to.stream, most);
        expect(orphans).toBe(expected(children, parents));
        expect(examples.length > 0).toBe(orphans > 0);
        expect([from.state.read, to.state.read]).toEqual([passes, passes]);
        for (const key of examples) expect(parents.map((row) => JSON.stringify(row))).not.toContain(key);
      }),
      { numRuns: 200 },
    );
  });

  test('holds no more digests than it may, and so reads both sides several times', async () => {
    const ids = Array.from({ length: 5000 }, () => [randomUUID()]);
    const { orphans, passes } = await antiJoin(
      side([...ids, ['lost'], [null]], 500).stream,
      side(ids, 500).stream,
      700,
    );
    expect(orphans).toBe(1);
    expect(passes).toBeGreaterThanOrEqual(8);
    expect(passes).toBeLessThanOrEqual(16);
  });

  test('takes a UUID for the same in any case, and other texts for what they are', async () => {
    const id = randomUUID();
    const joined = await antiJoin(side([[id.toUpperCase()], ['A']]).stream, side([[id], ['a']]).stream);
    expect(joined).toEqual({ orphans: 1, examples: ['["A"]'], passes: 1 });
  });

  test('fails as its sides do', async () => {
    const broken = async function* (): AsyncGenerator<Keys> {
      yield [['1']];
      throw new Error('gone');
    };
    await expect(antiJoin(broken, side([]).stream)).rejects.toThrow('gone');
    await expect(antiJoin(side([]).stream, broken)).rejects.toThrow('gone');
  });
});

describe('a set of digests', () => {
  test('has what was added and kept, and nothing else', () => {
    const words = fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 3000 });
    fc.assert(
      fc.property(words, words, (added, others) => {
        const digests = digestSet();
        for (const one of added) digests.add(Uint32Array.of(one, one * 31, 7, one));
        expect(digests.size).toBe(new Set(added).size);
        digests.keep((digest) => digest[0]! % 2 === 0);
        const kept = new Set(added.filter((one) => one % 2 === 0));
        expect(digests.size).toBe(kept.size);
        for (const one of others) expect(digests.has(Uint32Array.of(one, one * 31, 7, one))).toBe(kept.has(one));
      }),
      { numRuns: 30 },
    );
  });
});
