/** One row of one side: what it is known by, as texts, and a hash of all of it. */
export interface KeyedRow {
  key: readonly string[];
  hash: string;
}

export interface RowChange {
  what: 'added' | 'removed' | 'changed';
  key: readonly string[];
}

/** Surrogates stand for characters above all others, but their code units are not the highest. */
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** Order of the UTF-8 bytes of two texts, which is that of their characters' numbers. */
export const compareTexts = (a: string, b: string): number => {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at += 1) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
};

const compareKeys = (a: readonly string[], b: readonly string[]): number => {
  for (const [at, text] of a.entries()) {
    const order = compareTexts(text, b[at] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

/**
 * What became of the rows of `before` in `after`. Both come in the order of the bytes of their keys' texts; only one row of
 * each is held. A key that is there several times is paired off.
 */
export const mergeRows = async function* (
  before: AsyncIterable<KeyedRow>,
  after: AsyncIterable<KeyedRow>,
): AsyncIterable<RowChange> {
  const [left, right] = [before[Symbol.asyncIterator](), after[Symbol.asyncIterator]()];
  let [a, b] = await Promise.all([left.next(), right.next()]);
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : compareKeys(a.value.key, b.value.key);
    if (order < 0) {
      yield { what: 'removed', key: a.value!.key };
      a = await left.next();
    } else if (order > 0) {
      yield { what: 'added', key: b.value!.key };
      b = await right.next();
    } else {
      if (a.value!.hash !== b.value!.hash) yield { what: 'changed', key: a.value!.key };
      [a, b] = await Promise.all([left.next(), right.next()]);
    }
  }
};
