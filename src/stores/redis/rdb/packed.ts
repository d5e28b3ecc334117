import { type Cursor, malformed, readInt64, setNumber } from './cursor.ts';

/** What walks the entries of a packed list: each becomes the text of the cursor in turn. */
export type Each = (c: Cursor) => void;

const setText = (c: Cursor, bytes: Buffer, from: number, to: number, end: number): void => {
  if (to > end) throw malformed('a packed list whose entry is longer than the list');
  c.text = bytes;
  c.from = from;
  c.to = to;
};

/** Bytes of the length of an entry that stands behind it. */
const backBytes = (size: number): number =>
  size <= 127 ? 1 : size < 16_384 ? 2 : size < 2_097_152 ? 3 : size < 268_435_456 ? 4 : 5;

/** Entry of a listpack at `at`. Returns where it ends. https://github.com/antirez/listpack/blob/master/listpack.md */
const readListpackEntry = (c: Cursor, bytes: Buffer, at: number, end: number): number => {
  const first = bytes[at]!;
  let size: number;
  if (first < 0x80) {
    size = 1;
    setNumber(c, first);
  } else if (first < 0xc0) {
    size = 1 + (first & 63);
    setText(c, bytes, at + 1, at + size, end);
  } else if (first < 0xe0) {
    size = 2;
    const raw = ((first & 31) << 8) | bytes[at + 1]!;
    setNumber(c, raw >= 4096 ? raw - 8192 : raw);
  } else if (first < 0xf0) {
    size = 2 + (((first & 15) << 8) | bytes[at + 1]!);
    setText(c, bytes, at + 2, at + size, end);
  } else if (first === 0xf0) {
    size = 5 + bytes.readUInt32LE(at + 1);
    setText(c, bytes, at + 5, at + size, end);
  } else if (first === 0xf1) {
    size = 3;
    setNumber(c, bytes.readInt16LE(at + 1));
  } else if (first === 0xf2) {
    size = 4;
    setNumber(c, bytes.readIntLE(at + 1, 3));
  } else if (first === 0xf3) {
    size = 5;
    setNumber(c, bytes.readInt32LE(at + 1));
  } else if (first === 0xf4) {
    size = 9;
    setNumber(c, readInt64(bytes, at + 1));
  } else throw malformed(`a listpack entry that begins with ${first}`);
  return at + size + backBytes(size);
};

/** Every entry of the listpack that is the text of the cursor, in order. */
export const eachInListpack = (c: Cursor, each: Each): void => {
  const { text, from, to } = c;
  if (to - from < 7 || text.readUInt32LE(from) !== to - from) throw malformed('a listpack of another size');
  let at = from + 6;
  while (text[at] !== 0xff) {
    if (at >= to - 1) throw malformed('a listpack without an end');
    at = readListpackEntry(c, text, at, to);
    each(c);
  }
};

/** Entry of a ziplist at `at`. Returns where it ends. https://github.com/redis/redis/blob/7.0/src/ziplist.c */
const readZiplistEntry = (c: Cursor, bytes: Buffer, begin: number, end: number): number => {
  const at = begin + (bytes[begin] === 0xfe ? 5 : 1);
  const first = bytes[at]!;
  if (first < 0xc0) {
    const kind = first >> 6;
    const from = at + (kind === 0 ? 1 : kind === 1 ? 2 : 5);
    const length =
      kind === 0 ? first & 63 : kind === 1 ? ((first & 63) << 8) | bytes[at + 1]! : bytes.readUInt32BE(at + 1);
    setText(c, bytes, from, from + length, end);
    return from + length;
  }
  if (first === 0xc0) setNumber(c, bytes.readInt16LE(at + 1));
  else if (first === 0xd0) setNumber(c, bytes.readInt32LE(at + 1));
  else if (first === 0xe0) setNumber(c, readInt64(bytes, at + 1));
  else if (first === 0xf0) setNumber(c, bytes.readIntLE(at + 1, 3));
  else if (first === 0xfe) setNumber(c, bytes.readInt8(at + 1));
  else if (first > 0xf0 && first < 0xfe) setNumber(c, (first & 15) - 1);
  else throw malformed(`a ziplist entry that begins with ${first}`);
  const sizes: Readonly<Record<number, number>> = { 192: 2, 208: 4, 224: 8, 240: 3, 254: 1 };
  return at + 1 + (sizes[first] ?? 0);
};

/** Every entry of the ziplist that is the text of the cursor, in order. */
export const eachInZiplist = (c: Cursor, each: Each): void => {
  const { text, from, to } = c;
  if (to - from < 11 || text.readUInt32LE(from) !== to - from) throw malformed('a ziplist of another size');
  let at = from + 10;
  while (text[at] !== 0xff) {
    if (at >= to - 1) throw malformed('a ziplist without an end');
    at = readZiplistEntry(c, text, at, to);
    each(c);
  }
};

/** Every number of the intset that is the text of the cursor. */
export const eachInIntset = (c: Cursor, each: Each): void => {
  const { text, from, to } = c;
  if (to - from < 8) throw malformed('an intset of another size');
  const width = text.readUInt32LE(from);
  const count = text.readUInt32LE(from + 4);
  if (![2, 4, 8].includes(width) || to - from !== 8 + width * count) throw malformed('an intset of another size');
  for (let at = from + 8; at < to; at += width) {
    setNumber(c, width === 8 ? readInt64(text, at) : text.readIntLE(at, width));
    each(c);
  }
};
