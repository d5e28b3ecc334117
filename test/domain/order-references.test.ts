// Stores that name each other's rows are backed up in an order that leaves no reference without its row.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderReferences } from '../../src/domain/order-references.ts';

const order = (references: Readonly<Record<string, readonly string[]>>) => {
  const targets = Object.entries(references).map(([id, names]) => ({ id, references: names }));
  const { before, broken } = orderReferences(targets);
  return { before: Object.fromEntries(before), broken };
};

describe('the order of backups', () => {
  test('has the store that refers before the one it refers to', () => {
    expect(order({ cities: [], docs: ['cities'], vectors: ['docs'] })).toEqual({
      before: { cities: ['docs'], docs: ['vectors'] },
      broken: [],
    });
  });

  test('lets stores that do not refer to each other go at once', () => {
    expect(order({ a: [], b: [], c: ['a'], d: ['a'] })).toEqual({ before: { a: ['c', 'd'] }, broken: [] });
  });

  test('breaks a circle at its last reference by name, and says which', () => {
    expect(order({ b: ['a'], a: ['b'] })).toEqual({
      before: { b: ['a'] },
      broken: [{ child: 'b', parent: 'a' }],
    });
  });

  test('does not care for itself, nor for targets that are not there', () => {
    expect(order({ a: ['a', 'gone'] })).toEqual({ before: {}, broken: [] });
  });

  const estate = fc
    .integer({ min: 1, max: 7 })
    .chain((size) =>
      fc.tuple(
        fc.constant(Array.from({ length: size }, (_, n) => `t${n}`)),
        fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 14 }),
      ),
    )
    .map(([ids, pairs]) =>
      ids.map((id, at) => ({
        id,
        references: pairs.flatMap(([child, parent]) => (child === at ? [ids[parent]!] : [])),
      })),
    );

  test('never waits in a circle, keeps or breaks every reference, and does not depend on the order of targets', () => {
    fc.assert(
      fc.property(estate, (targets) => {
        const { before, broken } = orderReferences(targets);
        const done = new Set<string>();
        for (let round = 0; round < targets.length; round += 1) {
          for (const { id } of targets) if ((before.get(id) ?? []).every((one) => done.has(one))) done.add(id);
        }
        expect(done.size).toBe(targets.length);
        for (const { id, references } of targets) {
          for (const parent of references.filter((one) => one !== id)) {
            const isKept = before.get(parent)?.includes(id) ?? false;
            const isBroken = broken.some((one) => one.child === id && one.parent === parent);
            expect(isKept).toBe(!isBroken);
          }
        }
        const again = orderReferences(targets.toReversed());
        expect(again.broken).toEqual(broken);
        expect(Object.fromEntries(again.before)).toEqual(Object.fromEntries(before));
      }),
    );
  });
});
