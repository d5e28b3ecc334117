import { createHash } from 'node:crypto';
import type { Fingerprint, ObjectPrint } from '../../domain/fingerprint.ts';

/** SHA-256 of each row's JSON text; sums of its first two 32-bit words. Sums, because XOR hides pairs of equal rows. */
const printOf = (rows: readonly string[]): ObjectPrint => {
  let [left, right] = [0n, 0n];
  for (const row of rows) {
    const hash = createHash('sha256').update(row).digest();
    left += BigInt(hash.readUInt32BE(0));
    right += BigInt(hash.readUInt32BE(4));
  }
  return { rows: rows.length, sum: `${left},${right}` };
};

/** Prints of whole objects, keyed by name. */
export const fingerprintOf = (objects: Iterable<readonly [name: string, rows: readonly string[]]>): Fingerprint => ({
  algorithm: 'memory-sha256-sums-1',
  objects: Object.fromEntries([...objects].map(([name, rows]) => [name, printOf(rows)])),
});
