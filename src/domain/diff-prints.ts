import { type Fingerprint, keysOf, printOf } from './fingerprint.ts';

/** What became of one object. */
export interface ObjectDiff {
  object: string;
  what: 'added' | 'removed' | 'changed' | 'equal' | 'not compared';
  /** Null where it is not there. */
  rowsBefore: number | null;
  rowsAfter: number | null;
}

/**
 * What became of every object, sorted by name. Where the two were hashed in different ways, an object with the same number
 * of rows is `not compared`: nothing is called equal that was not seen to be.
 */
export const diffPrints = (before: Fingerprint, after: Fingerprint): ObjectDiff[] => {
  const isComparable = before.algorithm === after.algorithm;
  return keysOf(before, after).map((object): ObjectDiff => {
    const [a, b] = [printOf(before, object), printOf(after, object)];
    const rows = { rowsBefore: a?.rows ?? null, rowsAfter: b?.rows ?? null };
    if (a === undefined || b === undefined) return { object, what: a === undefined ? 'added' : 'removed', ...rows };
    if (a.rows !== b.rows) return { object, what: 'changed', ...rows };
    if (!isComparable) return { object, what: 'not compared', ...rows };
    return { object, what: a.sum === b.sum ? 'equal' : 'changed', ...rows };
  });
};

/** What became of each definition; equal ones are left out. */
export const diffTexts = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): { name: string; what: 'added' | 'removed' | 'changed'; before: string | null; after: string | null }[] =>
  [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
    const [a, b] = [before.get(name) ?? null, after.get(name) ?? null];
    if (a === b) return [];
    return [{ name, what: a === null ? 'added' : b === null ? 'removed' : 'changed', before: a, after: b } as const];
  });
