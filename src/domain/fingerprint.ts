/** Count and order-independent content checksum of one object (table, collection, bucket, key space). */
export interface ObjectPrint {
  rows: number;
  /** Decimal, comma-separated sums: compared as text. */
  sum: string;
}

/** Proof of content, taken on the server in the same snapshot as the data. Objects are keyed by their stable name. */
export interface Fingerprint {
  /** Names the expression and its version: prints of different algorithms cannot be compared. */
  algorithm: string;
  objects: Readonly<Record<string, ObjectPrint>>;
}

/** The print of what two objects hold together: counts and sums add up, whoever computed them. */
export const addPrints = (a: ObjectPrint, b: ObjectPrint): ObjectPrint => {
  const others = b.sum.split(',');
  const sums = a.sum.split(',').map((sum, n) => String(BigInt(sum) + BigInt(others[n] ?? 0)));
  return { rows: a.rows + b.rows, sum: sums.join(',') };
};

/** One object whose restored content is not what the set recorded. */
export interface Difference {
  object: string;
  what: 'absent' | 'unexpected' | 'rows' | 'content' | 'algorithm';
  expected: string;
  found: string;
}

/** One line of the equality table. */
export interface EqualityRow {
  object: string;
  expectedRows: number | null;
  foundRows: number | null;
  equal: boolean;
}

/** Objects of either, sorted. */
export const keysOf = (a: Fingerprint, b: Fingerprint): string[] =>
  [...new Set([...Object.keys(a.objects), ...Object.keys(b.objects)])].sort();

/** An object may be named like something every JavaScript object inherits. */
export const printOf = ({ objects }: Fingerprint, name: string): ObjectPrint | undefined =>
  Object.hasOwn(objects, name) ? objects[name] : undefined;

/** Every difference, none left out, sorted by object. Equal prints give an empty list. */
export const compareFingerprints = (expected: Fingerprint, found: Fingerprint): Difference[] => {
  if (expected.algorithm !== found.algorithm) {
    return [{ object: '*', what: 'algorithm', expected: expected.algorithm, found: found.algorithm }];
  }
  return keysOf(expected, found).flatMap((object): Difference[] => {
    const want = printOf(expected, object);
    const have = printOf(found, object);
    if (want === undefined) return [{ object, what: 'unexpected', expected: 'nothing', found: `${have!.rows} rows` }];
    if (have === undefined) return [{ object, what: 'absent', expected: `${want.rows} rows`, found: 'nothing' }];
    if (want.rows !== have.rows) {
      return [{ object, what: 'rows', expected: String(want.rows), found: String(have.rows) }];
    }
    return want.sum === have.sum ? [] : [{ object, what: 'content', expected: want.sum, found: have.sum }];
  });
};

/** The equality table of a report: one row per object of either side. */
export const equalityTable = (expected: Fingerprint, found: Fingerprint): EqualityRow[] => {
  const unequal = new Set(compareFingerprints(expected, found).map((difference) => difference.object));
  return keysOf(expected, found).map((object) => ({
    object,
    expectedRows: printOf(expected, object)?.rows ?? null,
    foundRows: printOf(found, object)?.rows ?? null,
    equal: !unequal.has('*') && !unequal.has(object),
  }));
};
