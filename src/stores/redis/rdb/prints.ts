import type { ObjectPrint } from '../../../domain/fingerprint.ts';
import type { Seen } from './reader.ts';

/** Sums of digests of 32 bits; they move into whole numbers of any size before they lose a bit. */
export interface Sums {
  rows: number;
  low: Float64Array;
  high: [bigint, bigint, bigint, bigint];
}

export const noSums = (): Sums => ({ rows: 0, low: new Float64Array(4), high: [0n, 0n, 0n, 0n] });

const most = 2 ** 52;

/** Value digests in the first two sums; in the others what ties a key to the millisecond of its expiry. */
export const addKey = (sums: Sums, { mix, expiresAt }: Seen): void => {
  const { low } = sums;
  sums.rows += 1;
  low[0]! += mix.a >>> 0;
  low[1]! += mix.b >>> 0;
  if (expiresAt >= 0) {
    const [seconds, ms] = [Math.floor(expiresAt / 1000) | 0, expiresAt % 1000];
    low[2]! += Math.imul(mix.a ^ Math.imul(seconds, 0x9e3779b1), 0x85ebca6b) >>> 0;
    low[3]! += Math.imul(mix.b ^ Math.imul(seconds + ms * 0x10001, 0xc2b2ae35), 0x27d4eb2f) >>> 0;
  }
  if (low[0]! > most || low[1]! > most || low[2]! > most || low[3]! > most) carry(sums);
};

const carry = ({ low, high }: Sums): void => {
  for (let n = 0; n < 4; n += 1) {
    high[n]! += BigInt(low[n]!);
    low[n] = 0;
  }
};

export const printOfSums = (sums: Sums): ObjectPrint => {
  carry(sums);
  return { rows: sums.rows, sum: sums.high.join(',') };
};

/** Adds what another holds. */
export const addSums = (to: Sums, other: Sums): void => {
  carry(to);
  carry(other);
  to.rows += other.rows;
  for (let n = 0; n < 4; n += 1) to.high[n]! += other.high[n]!;
};

/** What is left of a print without some of its keys. */
export const subtractPrint = (from: ObjectPrint, some: ObjectPrint): ObjectPrint => {
  const others = some.sum.split(',');
  const sums = from.sum.split(',').map((sum, n) => String(BigInt(sum) - BigInt(others[n] ?? 0)));
  return { rows: from.rows - some.rows, sum: sums.join(',') };
};
