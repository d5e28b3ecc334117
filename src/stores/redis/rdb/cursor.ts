import { DrError } from '../../../domain/errors.ts';
import { decompress } from './lzf.ts';

/** Thrown where the bytes end within something: more may come. Made once, so that it costs nothing. */
export const short = new Error('more bytes are needed');

/** The form of an RDB is not what it has to be. */
export const malformed = (says: string): DrError =>
  new DrError('damaged', `the RDB cannot be read: ${says}`, 'take the backup again, or restore another set');

/**
 * A place in the bytes of an RDB. `text` from `from` to `to` is the string that was read last: it is good until the next one.
 * https://github.com/redis/redis/blob/7.0/src/rdb.h
 */
export interface Cursor {
  bytes: Buffer;
  at: number;
  end: number;
  text: Buffer;
  from: number;
  to: number;
  /** Where compressed strings are unpacked. */
  unpacked: Buffer;
  /** Where numbers become decimal texts. */
  readonly digits: Buffer;
}

export const cursorOf = (bytes: Buffer): Cursor => ({
  bytes,
  at: 0,
  end: bytes.length,
  text: bytes,
  from: 0,
  to: 0,
  unpacked: Buffer.alloc(0),
  digits: Buffer.alloc(32),
});

/** Moves on by some bytes and says where they begin. */
export const take = (c: Cursor, count: number): number => {
  const at = c.at;
  if (at + count > c.end) throw short;
  c.at = at + count;
  return at;
};

const isEncoded = 3;

/** A length, or -1 and less for the special encodings 0 and more. */
export const readLength = (c: Cursor): number => {
  const first = c.bytes[take(c, 1)]!;
  const kind = first >> 6;
  if (kind === 0) return first;
  if (kind === isEncoded) return -1 - (first & 63);
  if (kind === 1) return ((first & 63) << 8) | c.bytes[take(c, 1)]!;
  if (first === 0x80) return c.bytes.readUInt32BE(take(c, 4));
  if (first !== 0x81) throw malformed(`a length that begins with ${first}`);
  const at = take(c, 8);
  return c.bytes.readUInt32BE(at) * 0x1_0000_0000 + c.bytes.readUInt32BE(at + 4);
};

/** A length that is one. */
export const readCount = (c: Cursor): number => {
  const count = readLength(c);
  if (count < 0) throw malformed('a number where a count belongs');
  return count;
};

const zero = 48;
const minus = 45;

/** The decimal text of a number becomes the text of the cursor. */
export const setNumber = (c: Cursor, number: number | bigint): void => {
  const { digits } = c;
  c.text = digits;
  c.to = digits.length;
  if (typeof number === 'bigint' || number > 0x7fff_ffff || number < -0x7fff_ffff) {
    c.from = 0;
    c.to = digits.write(String(number), 0, 'latin1');
    return;
  }
  let at = digits.length;
  let left = Math.abs(number) | 0;
  do {
    const next = (left / 10) | 0;
    at -= 1;
    digits[at] = zero + left - next * 10;
    left = next;
  } while (left > 0);
  if (number < 0) {
    at -= 1;
    digits[at] = minus;
  }
  c.from = at;
};

const setUnpacked = (c: Cursor): void => {
  const packed = readCount(c);
  const size = readCount(c);
  const at = take(c, packed);
  if (c.unpacked.length < size) c.unpacked = Buffer.allocUnsafe(Math.max(size, 4096));
  decompress(c.bytes, at, at + packed, c.unpacked, size);
  c.text = c.unpacked;
  c.from = 0;
  c.to = size;
};

/** A string of any encoding becomes the text of the cursor. */
export const readString = (c: Cursor): void => {
  const length = readLength(c);
  if (length >= 0) {
    const at = take(c, length);
    c.text = c.bytes;
    c.from = at;
    c.to = at + length;
    return;
  }
  if (length === -1) setNumber(c, c.bytes.readInt8(take(c, 1)));
  else if (length === -2) setNumber(c, c.bytes.readInt16LE(take(c, 2)));
  else if (length === -3) setNumber(c, c.bytes.readInt32LE(take(c, 4)));
  else if (length === -4) setUnpacked(c);
  else throw malformed(`a string of encoding ${-1 - length}`);
};

/** Eight bytes as a whole number: exact as long as it is one of JavaScript. */
export const readInt64 = (bytes: Buffer, at: number): number | bigint => {
  const high = bytes.readInt32LE(at + 4);
  const number = high * 0x1_0000_0000 + bytes.readUInt32LE(at);
  return high >= -0x20_0000 && high < 0x20_0000 ? number : bytes.readBigInt64LE(at);
};
