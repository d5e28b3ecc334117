/** The two halves of each entry side by side: bits 0 to 31, bits 32 to 63; eight tables, one for each byte of a step. */
const makeTables = (): Int32Array => {
  const polynomial = 0x95ac9329ac4bc9b5n; // of Jones, bits reversed
  const tables = new BigUint64Array(8 * 256);
  for (let n = 0; n < 256; n += 1) {
    let crc = BigInt(n);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    tables[n] = crc;
  }
  for (let n = 0; n < 256; n += 1) {
    for (let k = 1; k < 8; k += 1) {
      const before = tables[(k - 1) * 256 + n]!;
      tables[k * 256 + n] = tables[Number(before & 0xffn)]! ^ (before >> 8n);
    }
  }
  return new Int32Array(tables.buffer);
};

const tables = makeTables();

/** A running CRC-64 as Redis computes it: `crc64(0, …)`, no inversion. https://github.com/redis/redis/blob/7.0/src/crc64.c */
export interface Crc64 {
  low: number;
  high: number;
}

/** Takes bytes in, eight at a time. */
export const crcOf = (crc: Crc64, bytes: Uint8Array, from: number, to: number): void => {
  const t = tables;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let { low, high } = crc;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const l = low ^ view.getInt32(at, true);
    const h = high ^ view.getInt32(at + 4, true);
    const p0 = 3584 + ((l & 255) << 1);
    const p1 = 3072 + ((l >>> 7) & 510);
    const p2 = 2560 + ((l >>> 15) & 510);
    const p3 = 2048 + ((l >>> 23) & 510);
    const p4 = 1536 + ((h & 255) << 1);
    const p5 = 1024 + ((h >>> 7) & 510);
    const p6 = 512 + ((h >>> 15) & 510);
    const p7 = (h >>> 23) & 510;
    low = t[p0]! ^ t[p1]! ^ t[p2]! ^ t[p3]! ^ t[p4]! ^ t[p5]! ^ t[p6]! ^ t[p7]!;
    high = t[p0 + 1]! ^ t[p1 + 1]! ^ t[p2 + 1]! ^ t[p3 + 1]! ^ t[p4 + 1]! ^ t[p5 + 1]! ^ t[p6 + 1]! ^ t[p7 + 1]!;
  }
  for (; at < to; at += 1) {
    const p = ((low ^ bytes[at]!) & 255) << 1;
    low = ((low >>> 8) | (high << 24)) ^ t[p]!;
    high = (high >>> 8) ^ t[p + 1]!;
  }
  crc.low = low;
  crc.high = high;
};

/** As it stands at the end of files and dumps. */
export const writeCrc = ({ low, high }: Crc64, into: Buffer, at: number): void => {
  into.writeInt32LE(low, at);
  into.writeInt32LE(high, at + 4);
};
