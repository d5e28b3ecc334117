import { type Cursor, malformed, readCount, readInt64, readString, take } from './cursor.ts';
import { finish, type Mix, mixNumber, mixText } from './mix.ts';
import { eachInListpack } from './packed.ts';

const isDeleted = 1;
const hasFieldsOfMaster = 2;

const numberOf = (c: Cursor): number => {
  const number = Number(c.text.toString('latin1', c.from, c.to));
  if (!Number.isFinite(number)) throw malformed('a stream whose entry has no number where one belongs');
  return number;
};

/** What comes next: numbers that say so, then texts. */
type State =
  | 'count'
  | 'deleted'
  | 'width'
  | 'fields'
  | 'end'
  | 'flags'
  | 'ms'
  | 'seq'
  | 'size'
  | 'field'
  | 'value'
  | 'back';

/**
 * Entries of one node: a listpack whose first entry names the fields that most entries share. Deleted entries still stand
 * there and count for nothing. https://github.com/redis/redis/blob/7.0/src/t_stream.c
 */
const digestNode = (c: Cursor, mix: Mix, ms: bigint, seq: bigint): void => {
  const fields: Buffer[] = [];
  let state: State = 'count';
  let left = 0;
  let flags = 0;
  let width = 0;
  const isKept = (): boolean => (flags & isDeleted) === 0;
  eachInListpack(c, () => {
    switch (state) {
      case 'count':
        state = 'deleted';
        return;
      case 'deleted':
        state = 'width';
        return;
      case 'width':
        left = numberOf(c);
        state = left === 0 ? 'end' : 'fields';
        return;
      case 'fields':
        fields.push(Buffer.from(c.text.subarray(c.from, c.to)));
        left -= 1;
        if (left === 0) state = 'end';
        return;
      case 'end':
        state = 'flags';
        return;
      case 'flags':
        flags = numberOf(c);
        state = 'ms';
        return;
      case 'ms':
        if (isKept()) mixId(mix, ms + BigInt(c.text.toString('latin1', c.from, c.to)), 0n);
        state = 'seq';
        return;
      case 'seq':
        if (isKept()) mixId(mix, seq + BigInt(c.text.toString('latin1', c.from, c.to)), 1n);
        if ((flags & hasFieldsOfMaster) === 0) state = 'size';
        else {
          width = fields.length;
          left = width;
          if (isKept()) mixNumber(mix, width);
          state = left === 0 ? 'back' : 'value';
        }
        return;
      case 'size':
        left = numberOf(c);
        if (isKept()) mixNumber(mix, left);
        state = left === 0 ? 'back' : 'field';
        return;
      case 'field':
        if (isKept()) mixText(mix, c.text, c.from, c.to);
        state = 'value';
        return;
      case 'value':
        if (isKept()) {
          if ((flags & hasFieldsOfMaster) !== 0) {
            const field = fields[width - left]!;
            mixText(mix, field, 0, field.length);
          }
          mixText(mix, c.text, c.from, c.to);
        }
        left -= 1;
        state = left === 0 ? 'back' : (flags & hasFieldsOfMaster) !== 0 ? 'value' : 'field';
        return;
      case 'back':
        state = 'flags';
    }
  });
  if ((state as State) !== 'flags') throw malformed('a stream whose node ends within an entry');
};

const mixId = (mix: Mix, ms: bigint, seq: bigint): void => {
  mixNumber(mix, Number(ms & 0xffff_ffffn));
  mixNumber(mix, Number((ms >> 32n) & 0xffff_ffffn));
  mixNumber(mix, Number(seq & 0xffff_ffffn));
  mixNumber(mix, Number((seq >> 32n) & 0xffff_ffffn));
};

/** An id as the keys of nodes and pending entries are: 16 bytes, big end first. */
const mixRawId = (mix: Mix, bytes: Buffer, at: number): void =>
  mixId(mix, bytes.readBigUInt64BE(at), bytes.readBigUInt64BE(at + 8));

/** Who was given what and has not acknowledged it, in the order of ids. Reads counters of times that entries do not share. */
const digestGroup = (c: Cursor, mix: Mix, version: number): void => {
  readString(c);
  mixText(mix, c.text, c.from, c.to);
  mixNumber(mix, readCount(c));
  mixNumber(mix, readCount(c));
  // How many entries the group has read: an estimate, which servers make anew.
  if (version >= 2) readCount(c);
  const pending = readCount(c);
  mixNumber(mix, pending);
  for (let n = 0; n < pending; n += 1) {
    mixRawId(mix, c.bytes, take(c, 16));
    mixNumber(mix, Number(readInt64(c.bytes, take(c, 8))));
    mixNumber(mix, readCount(c));
  }
  const consumers = readCount(c);
  const sum: Mix = { a: 0, b: 0 };
  for (let n = 0; n < consumers; n += 1) {
    const one: Mix = { a: 0x1b873593, b: 0 };
    readString(c);
    mixText(one, c.text, c.from, c.to);
    take(c, version >= 3 ? 16 : 8);
    for (let left = readCount(c); left > 0; left -= 1) mixRawId(one, c.bytes, take(c, 16));
    finish(one);
    sum.a = (sum.a + one.a) | 0;
    sum.b = (sum.b + one.b) | 0;
  }
  mixNumber(mix, consumers);
  mixNumber(mix, sum.a);
  mixNumber(mix, sum.b);
};

/** A stream with its groups, pending entries and consumers. When a consumer was seen last, and estimates, do not count. */
export const digestStream = (c: Cursor, mix: Mix, version: 1 | 2 | 3): void => {
  for (let nodes = readCount(c); nodes > 0; nodes -= 1) {
    readString(c);
    if (c.to - c.from !== 16) throw malformed('a stream whose node has no id');
    const [ms, seq] = [c.text.readBigUInt64BE(c.from), c.text.readBigUInt64BE(c.from + 8)];
    readString(c);
    digestNode(c, mix, ms, seq);
  }
  mixNumber(mix, readCount(c)); // entries
  mixNumber(mix, readCount(c)); // last id
  mixNumber(mix, readCount(c));
  if (version >= 2) for (let n = 0; n < 5; n += 1) readCount(c);
  const groups = readCount(c);
  const sum: Mix = { a: 0, b: 0 };
  for (let n = 0; n < groups; n += 1) {
    const one: Mix = { a: 0x38495ab5, b: 0 };
    digestGroup(c, one, version);
    finish(one);
    sum.a = (sum.a + one.a) | 0;
    sum.b = (sum.b + one.b) | 0;
  }
  mixNumber(mix, groups);
  mixNumber(mix, sum.a);
  mixNumber(mix, sum.b);
};
