import { hash } from 'node:crypto';
import { digestSet } from './digest-set.ts';

/** Columns of some rows, null where a row has none. */
export type Keys = readonly (readonly (string | null)[])[];

export interface Joined {
  /** Rows whose key is nowhere among the others. */
  orphans: number;
  /** Keys of the first of them, each once. */
  examples: readonly string[];
  /** How often each side was read. */
  passes: number;
}

/** 64 MB: what a worker has to spare beside its other work. */
const mostHeld = 2_000_000;
const mostExamples = 5;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A UUID is the same in any case. A row with a null names nothing. */
const textOf = (values: readonly (string | null)[]): string | null =>
  values.includes(null)
    ? null
    : JSON.stringify(values.map((value) => (value!.length === 36 && uuid.test(value!) ? value!.toLowerCase() : value)));

/** Where each digest is put: one buffer for each of millions of keys would keep the garbage collector busy. */
const digest = new Uint32Array(4);

/** The first 16 bytes of a SHA-256, in `digest`. */
const digestOf = (text: string): Uint32Array => {
  const bytes = hash('sha256', text, 'binary');
  for (let word = 0; word < 4; word += 1) {
    const at = 4 * word;
    digest[word] =
      (bytes.charCodeAt(at) << 24) |
      (bytes.charCodeAt(at + 1) << 16) |
      (bytes.charCodeAt(at + 2) << 8) |
      bytes.charCodeAt(at + 3);
  }
  return digest;
};

/**
 * Counts rows of one side whose key no row of the other side has. Of one side the digests of keys are held, those of one share
 * at a time: shares are made smaller until one fits, and both sides are read once for each share.
 */
export const antiJoin = async (
  children: () => AsyncIterable<Keys>,
  parents: () => AsyncIterable<Keys>,
  most: number = mostHeld,
): Promise<Joined> => {
  const examples = new Set<string>();
  let orphans = 0;
  let shares = 1;
  for (let share = 0; share < shares; share += 1) {
    const held = digestSet();
    const isOfShare = (one: Uint32Array): boolean => one[0]! % shares === share;
    for await (const rows of parents()) {
      for (const row of rows) {
        const text = textOf(row);
        if (text === null) continue;
        const one = digestOf(text);
        if (!isOfShare(one)) continue;
        held.add(one);
        // Only in the first share: halves of others would have been read for nothing.
        while (share === 0 && held.size > most) {
          shares *= 2;
          held.keep(isOfShare);
        }
      }
    }
    for await (const rows of children()) {
      for (const row of rows) {
        const text = textOf(row);
        if (text === null) continue;
        const one = digestOf(text);
        if (!isOfShare(one) || held.has(one)) continue;
        orphans += 1;
        if (examples.size < mostExamples) examples.add(text);
      }
    }
  }
  return { orphans, examples: [...examples], passes: shares };
};
