import { DrError } from '../../../domain/errors.ts';
import { type Cursor, malformed, readCount, readLength, readString, take } from './cursor.ts';
import { digestStream } from './digest-stream.ts';
import { finish, type Mix, mixDouble, mixNumber, mixText } from './mix.ts';
import { eachInIntset, eachInListpack, eachInZiplist } from './packed.ts';
import { moduleName, valueTypes } from './value-types.ts';

/** Members in any order: their digests, each begun with that of the key, are added up. */
interface Bag {
  readonly base: Mix;
  readonly one: Mix;
  sumA: number;
  sumB: number;
  count: number;
  /** A first half (field, member) was taken in, and waits for its second. */
  isHalf: boolean;
}

const bag: Bag = { base: { a: 0, b: 0 }, one: { a: 0, b: 0 }, sumA: 0, sumB: 0, count: 0, isHalf: false };

const open = (mix: Mix): void => {
  bag.base.a = mix.a ^ 0x5bd1e995;
  bag.base.b = mix.b;
  bag.sumA = 0;
  bag.sumB = 0;
  bag.count = 0;
  bag.isHalf = false;
};

const begin = (c: Cursor): void => {
  bag.one.a = bag.base.a;
  bag.one.b = bag.base.b;
  mixText(bag.one, c.text, c.from, c.to);
};

const add = (): void => {
  finish(bag.one);
  bag.sumA = (bag.sumA + bag.one.a) | 0;
  bag.sumB = (bag.sumB + bag.one.b) | 0;
  bag.count += 1;
};

const close = (mix: Mix): void => {
  if (bag.isHalf) throw malformed('an odd number of entries');
  mixNumber(mix, bag.count);
  mixNumber(mix, bag.sumA);
  mixNumber(mix, bag.sumB);
};

const member = (c: Cursor): void => {
  begin(c);
  add();
};

const pair = (c: Cursor): void => {
  if (bag.isHalf) {
    mixText(bag.one, c.text, c.from, c.to);
    add();
  } else begin(c);
  bag.isHalf = !bag.isHalf;
};

/** Scores by their bits, however they were written. */
const score = (value: number): void => {
  mixDouble(bag.one, value);
  add();
};

const [zero, nine, minus] = [48, 57, 45];
/** Digits that are a whole number for sure. */
const mostDigits = 15;

/** The score that is the text of the cursor. */
const parseScore = (c: Cursor): number => {
  const { text, from, to } = c;
  const isNegative = text[from] === minus;
  const first = isNegative ? from + 1 : from;
  if (first === to || to - first > mostDigits) return parseAnyScore(text.toString('latin1', from, to));
  let value = 0;
  for (let at = first; at < to; at += 1) {
    const digit = text[at]!;
    if (digit < zero || digit > nine) return parseAnyScore(text.toString('latin1', from, to));
    value = value * 10 + digit - zero;
  }
  return isNegative ? -value : value;
};

const parseAnyScore = (text: string): number =>
  text === 'inf' || text === '+inf'
    ? Infinity
    : text === '-inf'
      ? -Infinity
      : text === 'nan'
        ? Number.NaN
        : Number(text);

const scored = (c: Cursor): void => {
  if (bag.isHalf) score(parseScore(c));
  else begin(c);
  bag.isHalf = !bag.isHalf;
};

/** A score as early versions wrote it: its length, or one of three names for a length. */
const readTextScore = (c: Cursor): number => {
  const length = c.bytes[take(c, 1)]!;
  if (length === 253) return Number.NaN;
  if (length === 254) return Infinity;
  if (length === 255) return -Infinity;
  const at = take(c, length);
  return Number(c.bytes.toString('latin1', at, at + length));
};

const list =
  (mix: Mix): ((c: Cursor) => void) =>
  (c) =>
    mixText(mix, c.text, c.from, c.to);

/** Nodes of a quicklist: `hasPlain` is where a large element may stand by itself. */
const readQuicklist = (c: Cursor, mix: Mix, hasPlain: boolean): void => {
  for (let nodes = readCount(c); nodes > 0; nodes -= 1) {
    const container = hasPlain ? readCount(c) : 2;
    readString(c);
    if (container === 1) mixText(mix, c.text, c.from, c.to);
    else if (container !== 2) throw malformed(`a list node of container ${container}`);
    else (hasPlain ? eachInListpack : eachInZiplist)(c, list(mix));
  }
};

const unordered = (mix: Mix, read: () => void): void => {
  open(mix);
  read();
  close(mix);
};

/** A value that is one string, whose elements are in no order. */
const packed =
  (each: (c: Cursor, of: (c: Cursor) => void) => void, of: (c: Cursor) => void) =>
  (c: Cursor, mix: Mix): void =>
    unordered(mix, () => {
      readString(c);
      each(c, of);
    });

/** Is kept, and what is read of it depends on its type: one letter of a type for all its forms. */
const readers: Readonly<Record<number, readonly [letter: string, read: (c: Cursor, mix: Mix) => void]>> = {
  0: [
    's',
    (c, mix) => {
      readString(c);
      mixText(mix, c.text, c.from, c.to);
    },
  ],
  1: [
    'l',
    (c, mix) => {
      for (let count = readCount(c); count > 0; count -= 1) {
        readString(c);
        mixText(mix, c.text, c.from, c.to);
      }
    },
  ],
  2: [
    'S',
    (c, mix) =>
      unordered(mix, () => {
        for (let count = readCount(c); count > 0; count -= 1) {
          readString(c);
          member(c);
        }
      }),
  ],
  3: [
    'z',
    (c, mix) =>
      unordered(mix, () => {
        for (let count = readCount(c); count > 0; count -= 1) {
          readString(c);
          begin(c);
          score(readTextScore(c));
        }
      }),
  ],
  4: [
    'h',
    (c, mix) =>
      unordered(mix, () => {
        for (let count = readCount(c); count > 0; count -= 1) {
          readString(c);
          pair(c);
          readString(c);
          pair(c);
        }
      }),
  ],
  5: [
    'z',
    (c, mix) =>
      unordered(mix, () => {
        for (let count = readCount(c); count > 0; count -= 1) {
          readString(c);
          begin(c);
          score(c.bytes.readDoubleLE(take(c, 8)));
        }
      }),
  ],
  10: [
    'l',
    (c, mix) => {
      readString(c);
      eachInZiplist(c, list(mix));
    },
  ],
  11: ['S', packed(eachInIntset, member)],
  12: ['z', packed(eachInZiplist, scored)],
  13: ['h', packed(eachInZiplist, pair)],
  14: ['l', (c, mix) => readQuicklist(c, mix, false)],
  15: ['x', (c, mix) => digestStream(c, mix, 1)],
  16: ['h', packed(eachInListpack, pair)],
  17: ['z', packed(eachInListpack, scored)],
  18: ['l', (c, mix) => readQuicklist(c, mix, true)],
  19: ['x', (c, mix) => digestStream(c, mix, 2)],
  20: ['S', packed(eachInListpack, member)],
  21: ['x', (c, mix) => digestStream(c, mix, 3)],
};

const unknownType = (c: Cursor, type: number, group: string): DrError => {
  const kind = valueTypes[type] ?? 'unknown to this product';
  let module = '';
  if (type === 7 && readLength(c) >= 0 && c.at >= 8) {
    module = ` ${moduleName(c.bytes.readInt32BE(c.at - 8), c.bytes.readInt32BE(c.at - 4))}`;
  }
  return new DrError(
    'not-supported',
    `a key of ${JSON.stringify(group)} is of type ${type} (${kind}${module}), which cannot be kept`,
    'leave its group out with a filter (except), or back up this server by its own means',
    { facts: { type } },
  );
};

/**
 * Reads the value at the cursor and takes it into the digest, which begins with that of the key. What has no order in Redis
 * has none here; how the value is packed does not matter.
 * @throws `short` when the bytes end before it; DrError `not-supported` (names the type), `damaged`
 */
export const digestValue = (c: Cursor, type: number, mix: Mix, groupOf: () => string): void => {
  const reader = readers[type];
  if (reader === undefined) throw unknownType(c, type, groupOf());
  mixNumber(mix, reader[0].charCodeAt(0));
  reader[1](c, mix);
  finish(mix);
};
