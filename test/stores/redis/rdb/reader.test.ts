import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareFingerprints, type Fingerprint } from '../../../../src/domain/fingerprint.ts';
import { keyspaceOf } from '../../../../src/stores/redis/keyspace.ts';
import { type Crc64, crcOf, writeCrc } from '../../../../src/stores/redis/rdb/crc64.ts';
import { rdbReader, type Visitor } from '../../../../src/stores/redis/rdb/reader.ts';
import { wantedBy } from '../../../../src/stores/redis/wanted.ts';
import { connected } from '../lab.ts';
import { openAt, ownServer } from '../places.ts';

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value, 'latin1');
  const length = Buffer.from([0x80, 0, 0, 0, 0]);
  length.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([length, bytes]);
};

/** Entries of at most 63 bytes, and what they need before and behind them. */
const ziplist = (entries: readonly (string | number)[]): Buffer => {
  let before = 0;
  const parts = entries.map((entry) => {
    const body =
      typeof entry === 'string'
        ? Buffer.concat([Buffer.from([entry.length]), Buffer.from(entry)])
        : entry >= 0 && entry <= 12
          ? Buffer.from([0xf1 + entry])
          : entry >= -128 && entry < 128
            ? Buffer.from([0xfe, entry & 255])
            : Buffer.from([0xd0, entry & 255, (entry >> 8) & 255, (entry >> 16) & 255, (entry >> 24) & 255]);
    const part = Buffer.concat([Buffer.from([before]), body]);
    before = part.length;
    return part;
  });
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(10);
  head.writeUInt32LE(11 + body.length, 0);
  head.writeUInt32LE(10 + body.length - before, 4);
  head.writeUInt16LE(entries.length, 8);
  return Buffer.concat([head, body, Buffer.from([255])]);
};

const listpack = (entries: readonly (string | number)[]): Buffer => {
  const parts = entries.map((entry) => {
    const body =
      typeof entry === 'number' ? Buffer.from([entry]) : Buffer.from([0x80 | entry.length, ...Buffer.from(entry)]);
    return Buffer.concat([body, Buffer.from([body.length])]);
  });
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(7 + body.length, 0);
  head.writeUInt16LE(entries.length, 4);
  return Buffer.concat([head, body, Buffer.from([255])]);
};

const blob = (bytes: Buffer): Buffer => text(bytes.toString('latin1'));
const double = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
const id = (ms: number, seq: number): Buffer => {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64BE(BigInt(ms), 0);
  bytes.writeBigUInt64BE(BigInt(seq), 8);
  return bytes;
};

/** Forms that servers before 7.0 wrote: the number of the type, the value. */
const oldForms: Readonly<Record<string, readonly [type: number, value: Buffer]>> = {
  'list of strings': [1, Buffer.concat([Buffer.from([3]), text('a'), Buffer.from([0xc0, 0xfb]), text('')])],
  'zset with text scores': [
    3,
    Buffer.concat([
      Buffer.from([3]),
      text('a'),
      double('1.5'),
      text('b'),
      Buffer.from([254]),
      text('c'),
      Buffer.from([255]),
    ]),
  ],
  'list as a ziplist': [10, blob(ziplist(['a', 3, -7, 70_000, 'same', 'same']))],
  'zset as a ziplist': [12, blob(ziplist(['a', 1, 'b', '2.5', '17', 70_000]))],
  'hash as a ziplist': [13, blob(ziplist(['one', 1, 'two', -100, 'text', 'value']))],
  'quicklist of ziplists': [
    14,
    Buffer.concat([Buffer.from([2]), blob(ziplist(['a', 1])), blob(ziplist(['b', 70_000]))]),
  ],
  'stream of version 1': [
    15,
    Buffer.concat([
      Buffer.from([1]),
      blob(id(1_000, 1)),
      blob(listpack([2, 0, 1, 'item', 0, 2, 0, 0, 'tea', 4, 0, 5, 0, 1, 'other', 'x', 6])),
      Buffer.from([2, 0x43, 0xed, 1]), // two entries, the last of them 1005-1
      Buffer.from([1]),
      text('readers'),
      Buffer.from([0x43, 0xe8, 1]),
      Buffer.from([1]),
      id(1_000, 1),
      Buffer.from([1, 2, 3, 4, 5, 0, 0, 0]),
      Buffer.from([2]),
      Buffer.from([1]),
      text('anna'),
      Buffer.from([9, 2, 3, 4, 5, 0, 0, 0]),
      Buffer.from([1]),
      id(1_000, 1),
    ]),
  ],
};

const read = (bytes: Buffer, cuts: readonly number[], isWhole = false): Fingerprint => {
  const space = keyspaceOf(false, wantedBy({}), null);
  const visitor: Visitor = { key: (seen) => space.add(space.groupOf(seen), seen) };
  const reader = rdbReader(visitor, isWhole);
  const ends = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...ends, bytes.length]) {
    reader.push(Buffer.from(bytes.subarray(from, to)), to === bytes.length);
    from = to;
  }
  return space.fingerprint();
};

const entryOf = (type: number, key: string, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type]), text(key), value]);

test('forms that older servers wrote mean what the server reads them as', async () => {
  const { url } = await ownServer();
  const place = await openAt(url.concat('/1'));
  await connected(`${url}/1`, async (redis) => {
    for (const [name, [type, value]] of Object.entries(oldForms)) {
      await redis.flushdb();
      const payload = Buffer.concat([Buffer.from([type]), value, Buffer.from([9, 0]), Buffer.alloc(8)]);
      const crc: Crc64 = { low: 0, high: 0 };
      crcOf(crc, payload, 0, payload.length - 8);
      writeCrc(crc, payload, payload.length - 8);
      await redis.restore('k', 0, payload);
      const there = await place.fingerprint({});
      expect(there.objects.k!.rows).toBe(1);
      expect(compareFingerprints(read(entryOf(type, 'k', value), []), there), name).toEqual([]);
    }
  });
});

const all = Buffer.concat(Object.entries(oldForms).map(([name, [type, value]]) => entryOf(type, `${name}:1`, value)));

test('prints are what they were: those in vaults are held against new ones', () => {
  const digest = createHash('sha256').update(JSON.stringify(read(all, [])));
  expect(digest.digest('hex').slice(0, 16)).toBe('d586ffb999185c6e');
});

test('wherever the bytes are cut while they come, the same is read', () => {
  const whole = read(all, []);
  expect(Object.keys(whole.objects)).toHaveLength(Object.keys(oldForms).length);
  fc.assert(
    fc.property(fc.array(fc.nat(all.length - 1), { maxLength: 40 }), (cuts) => {
      expect(read(all, cuts)).toEqual(whole);
    }),
    { numRuns: 50 },
  );
});

const asFile = (entries: Buffer, checksum?: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from('REDIS0009'), entries, Buffer.from([255])]);
  const crc: Crc64 = { low: 0, high: 0 };
  crcOf(crc, body, 0, body.length);
  const end = Buffer.alloc(8);
  writeCrc(crc, end, 0);
  return Buffer.concat([body, checksum ?? end]);
};

test('a file that is cut off anywhere, or has another checksum, is damaged', () => {
  const file = asFile(all);
  expect(Object.keys(read(file, [], true).objects)).toHaveLength(Object.keys(oldForms).length);
  for (let end = 0; end < file.length; end += 7) {
    expect(() => read(file.subarray(0, end), [], true)).toThrow(expect.objectContaining({ kind: 'damaged' }));
  }
  expect(() => read(asFile(all, Buffer.alloc(8, 7)), [], true)).toThrow(expect.objectContaining({ kind: 'damaged' }));
  expect(read(asFile(all, Buffer.alloc(8)), [], true)).toEqual(read(file, [], true));
  const changed = Buffer.from(file);
  changed[all.indexOf('same') + 9]! ^= 1;
  expect(() => read(changed, [], true)).toThrow(expect.objectContaining({ kind: 'damaged' }));
});

test('bytes that mean nothing never hang, and fail by name', () => {
  fc.assert(
    fc.property(fc.nat(all.length - 1), fc.nat(255), (at, value) => {
      const changed = Buffer.from(all);
      changed[at] = value;
      try {
        read(changed, []);
      } catch (error) {
        expect(['damaged', 'not-supported']).toContain((error as { kind?: string }).kind);
      }
    }),
    { numRuns: 500 },
  );
});

test('types that are not known are refused, modules by their name', () => {
  // ReJSON-RL, version 3, as the number that stands for it.
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  let number = 0n;
  for (const letter of 'ReJSON-RL') number = (number << 6n) | BigInt(letters.indexOf(letter));
  const module = Buffer.alloc(9, 0x81);
  module.writeBigUInt64BE((number << 10n) | 3n, 1);
  const refused = (bytes: Buffer) => {
    try {
      read(bytes, []);
      return null;
    } catch (error) {
      return error;
    }
  };
  expect(refused(entryOf(7, 'doc:1', module))).toMatchObject({
    kind: 'not-supported',
    message: expect.stringMatching(/"doc" is of type 7 \(module ReJSON-RL\)/),
  });
  for (const type of [6, 9, 22, 23, 24, 25, 26, 99]) {
    expect(refused(entryOf(type, 'doc:1', text('x'))), `type ${type}`).toMatchObject({ kind: 'not-supported' });
  }
  for (const opcode of [246, 247, 244, 201]) {
    expect(refused(Buffer.from([opcode, 1, 2])), `opcode ${opcode}`).toMatchObject({ kind: 'not-supported' });
  }
  const newer = Buffer.concat([Buffer.from('REDIS0099'), Buffer.from([255])]);
  expect(() => read(newer, [], true)).toThrow(expect.objectContaining({ kind: 'not-supported' }));
});
