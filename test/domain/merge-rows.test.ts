import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTexts, type KeyedRow, mergeRows } from '../../src/domain/merge-rows.ts';

const stream = async function* (rows: readonly KeyedRow[]): AsyncIterable<KeyedRow> {
  yield* rows;
};

const byKey = (a: KeyedRow, b: KeyedRow): number =>
  Buffer.compare(Buffer.from(a.key[0]!), Buffer.from(b.key[0]!)) ||
  Buffer.compare(Buffer.from(a.key[1]!), Buffer.from(b.key[1]!));

const text = fc.string({ unit: 'binary', maxLength: 3 });
const rows = fc
  .uniqueArray(fc.record({ key: fc.tuple(text, text), hash: fc.constantFrom('1', '2') }), {
    selector: ({ key }) => JSON.stringify(key),
  })
  .map((those) => those.toSorted(byKey));

describe('merging rows', () => {
  it('orders texts as their UTF-8 bytes are ordered', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareTexts(a, b))).toBe(bytes);
      }),
    );
    expect(compareTexts('\uffff', '𝄞')).toBeLessThan(0);
  });

  it('finds what two maps of the same rows find', async () => {
    await fc.assert(
      fc.asyncProperty(rows, rows, async (before, after) => {
        const [old, fresh] = [before, after].map(
          (those) => new Map(those.map((row) => [JSON.stringify(row.key), row.hash])),
        );
        const expected = [...new Set([...old!.keys(), ...fresh!.keys()])].flatMap((key) => {
          const [a, b] = [old!.get(key), fresh!.get(key)];
          return a === b ? [] : [`${a === undefined ? 'added' : b === undefined ? 'removed' : 'changed'} ${key}`];
        });
        const found = await Array.fromAsync(mergeRows(stream(before), stream(after)));
        expect(found.map(({ what, key }) => `${what} ${JSON.stringify(key)}`).sort()).toEqual(expected.sort());
      }),
    );
  });

  it('pairs off keys that are there several times', async () => {
    const row = (key: string): KeyedRow => ({ key: [key], hash: key });
    const found = await Array.fromAsync(
      mergeRows(stream([row('a'), row('a'), row('b')]), stream([row('a'), row('c')])),
    );
    expect(found.map(({ what, key }) => `${what} ${key}`)).toEqual(['removed a', 'removed b', 'added c']);
  });
});
