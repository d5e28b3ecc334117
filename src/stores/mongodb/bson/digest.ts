import { hash } from 'node:crypto';
import type { ObjectPrint } from '../../../domain/fingerprint.ts';

/**
 * SHA-256 of each document's bytes, summed in two 64-bit halves of its first 128 bits. The sums are exact, never reduced:
 * unlike XOR they see pairs of equal documents.
 */
export const algorithm = 'mongodb-documents-1';

/** Sums of 32-bit words stay exact in a double for so many of them. */
const mostWords = 2 ** 20;

/** Adds up documents in any order. */
export interface Digest {
  add(document: Uint8Array): void;
  print(): ObjectPrint;
}

export const newDigest = (): Digest => {
  const words = [0, 0, 0, 0];
  let [left, right, rows, held] = [0n, 0n, 0, 0];
  const fold = (): void => {
    const [a, b, c, d] = words.map(BigInt) as [bigint, bigint, bigint, bigint];
    left += (a << 32n) + b;
    right += (c << 32n) + d;
    words.fill(0);
    held = 0;
  };
  return {
    add(document) {
      const digest = hash('sha256', document, 'buffer');
      for (let n = 0; n < 4; n += 1) words[n]! += digest.readUInt32BE(n * 4);
      rows += 1;
      held += 1;
      if (held === mostWords) fold();
    },
    print() {
      fold();
      return { rows, sum: `${left},${right}` };
    },
  };
};
