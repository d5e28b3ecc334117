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

const digestOf = (text: string): Uint32Array => {
  const bytes = hash('sha256', text, 'buffer');
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 16));
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
    const isOfShare = (digest: Uint32Array): boolean => digest[0]! % shares === share;
    for await (const rows of parents()) {
      for (const row of rows) {
        const text = textOf(row);
        if (text === null) continue;
        const digest = digestOf(text);
        if (!isOfShare(digest)) continue;
        held.add(digest);
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
        const digest = digestOf(text);
        if (!isOfShare(digest) || held.has(digest)) continue;
        orphans += 1;
        if (examples.size < mostExamples) examples.add(text);
      }
    }
  }
  return { orphans, examples: [...examples], passes: shares };
};
