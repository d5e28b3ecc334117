import { BSON, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { writeOrdered } from '../../../src/stores/mongodb/bson/ordered.ts';
import { bringBack, database, open, putRaw, rawIn, take } from './lab.ts';

const int = (value: number): Int32 => new Int32(value);

/** Fields in this order, whatever their names. */
const document = (fields: readonly (readonly [string, unknown])[]): Uint8Array => writeOrdered(new Map(fields));

/** What a way through JavaScript objects changes. */
const awkward: Readonly<Record<string, readonly (readonly [string, unknown])[]>> = {
  'fields that look like numbers, in their order': [
    ['10', int(1)],
    ['9', int(2)],
    ['a', int(3)],
    ['1', int(4)],
  ],
  'numbers of every type': [
    ['i', int(1)],
    ['l', Long.fromNumber(1)],
    ['d', new Double(1)],
    ['m', Decimal128.fromString('1')],
  ],
  'minus zero': [
    ['d', new Double(-0)],
    ['m', Decimal128.fromString('-0')],
  ],
  'numbers that are none': [
    ['n', new Double(Number.NaN)],
    ['i', new Double(-Infinity)],
    ['m', Decimal128.fromString('NaN')],
  ],
  'decimals of one value': [
    ['a', Decimal128.fromString('1.10')],
    ['b', Decimal128.fromString('1.1')],
  ],
  'a long beyond a double': [['l', Long.fromString('9007199254740993')]],
  'empty timestamps': [
    ['t', new Timestamp(0n)],
    ['in', new Map([['t', new Timestamp(0n)]])],
  ],
  'the ends of all values': [
    ['a', new MinKey()],
    ['b', new MaxKey()],
  ],
  'an order within': [
    [
      'in',
      new Map<string, unknown>([
        ['2', int(1)],
        [
          '1',
          [
            new Map([
              ['7', int(1)],
              ['3', int(2)],
            ]),
          ],
        ],
      ]),
    ],
  ],
  'names of every object': [
    ['__proto__', int(1)],
    ['constructor', 'x'],
    ['', 'empty'],
    ['a.b', int(1)],
    ['$c', int(2)],
  ],
  'a regular expression with its options': [['r', new BSON.BSONRegExp('a+', 'imx')]],
  'bytes and a UUID': [
    ['b', new BSON.Binary(Buffer.from('x'))],
    ['u', new BSON.UUID()],
  ],
  'an id with an order': [
    [
      '_id',
      new Map([
        ['10', int(1)],
        ['2', int(2)],
      ]),
    ],
  ],
};

const withIds = (): Map<string, Uint8Array> => {
  const all = new Map<string, Uint8Array>();
  for (const [what, fields] of Object.entries(awkward)) {
    all.set(what, document(fields[0]![0] === '_id' ? fields : [['_id', what], ...fields]));
  }
  return all;
};

describe('documents', () => {
  test('come back byte for byte, whatever is in them', async () => {
    const source = await database();
    const given = withIds();
    await putRaw(source, 'awkward', [...given.values()]);
    const there = await rawIn(source, 'awkward');
    // The server gives back what it was given: else this would prove less than it says.
    expect([...there.values()].map((raw) => raw.toString('hex')).sort()).toEqual(
      [...given.values()].map((raw) => Buffer.from(raw).toString('hex')).sort(),
    );
    const target = await database();
    await bringBack(target.url, await take(source.url));
    expect(await rawIn(target, 'awkward')).toEqual(there);
  });

  test('with two fields of one name come back with both', async ({ skip }) => {
    const source = await database();
    if (source.isStandIn) return skip('needs mongod: the stand-in ends the connection');
    const twice = Buffer.from('1c000000105f6964000900000010610001000000106100020000000000', 'hex').subarray(0, 28);
    twice.writeInt32LE(28, 0);
    await putRaw(source, 'twice', [twice]);
    const target = await database();
    await bringBack(target.url, await take(source.url));
    expect([...(await rawIn(target, 'twice')).values()]).toEqual([twice]);
  });

  test('that differ in the type of a number or in the order of fields have other fingerprints', async () => {
    const { url, db } = await database();
    const place = await open(url);
    const prints = new Set<string>();
    const variants = [
      [
        ['a', int(1)],
        ['b', int(2)],
      ],
      [
        ['b', int(2)],
        ['a', int(1)],
      ],
      [
        ['a', Long.fromNumber(1)],
        ['b', int(2)],
      ],
      [
        ['a', new Double(1)],
        ['b', int(2)],
      ],
      [
        ['a', Decimal128.fromString('1')],
        ['b', int(2)],
      ],
      [
        ['a', Decimal128.fromString('1.0')],
        ['b', int(2)],
      ],
    ] as const;
    for (const fields of variants) {
      await db.collection('one').deleteMany({});
      await putRaw({ url, db, isStandIn: false }, 'one', [document([['_id', int(1)], ...fields])]);
      prints.add((await place.fingerprint({})).objects.one!.sum);
    }
    expect(prints.size).toBe(variants.length);
  });

  test('of every type of _id are each in one range, and the parts follow each other', async () => {
    const source = await database();
    const ids = [
      ...Array.from({ length: 60 }, (_, n) => int(n * 3)),
      ...Array.from({ length: 40 }, (_, n) => new Double(n * 3 + 0.5)),
      ...Array.from({ length: 20 }, (_, n) => Long.fromString(`90071992547409${n + 10}`)),
      ...Array.from({ length: 60 }, (_, n) => `text ${n}`),
      ...Array.from(
        { length: 40 },
        (_, n) =>
          new Map<string, unknown>([
            ['z', int(n)],
            ['a', 'x'],
          ]),
      ),
      ...Array.from({ length: 60 }, () => new ObjectId()),
      ...Array.from({ length: 40 }, (_, n) => new Date(n * 86_400_000)),
      '$field',
      '',
      null,
      true,
      false,
      new MinKey(),
      new MaxKey(),
      new Timestamp({ t: 7, i: 1 }),
      new BSON.Binary(Buffer.from('bytes')),
    ];
    await putRaw(
      source,
      'mixed',
      ids.map((id, n) =>
        document([
          ['_id', id],
          ['n', int(n)],
          ['words', 'x'.repeat(50)],
        ]),
      ),
    );
    const taken = await take(source.url, { partBytes: 3_000, rangeBytes: 5_000 });
    const [collection] = taken.meta.collections;
    const ranges = new Set(collection!.parts.map(({ stream }) => stream.split('/')[2]));
    expect(ranges.size).toBeGreaterThan(4);
    expect(collection!.parts.length).toBeGreaterThan(ranges.size);
    expect(taken.fingerprint.objects.mixed!.rows).toBe(ids.length);

    const whole = Buffer.concat(collection!.parts.map(({ stream }) => taken.vault.streams.get(stream)!));
    const sorted = (await source.db
      .collection('mixed')
      .find({}, { raw: true })
      .sort({ _id: 1 })
      .toArray()) as unknown as Buffer[];
    expect(whole.equals(Buffer.concat(sorted))).toBe(true);

    const target = await database();
    await bringBack(target.url, taken);
    expect(await rawIn(target, 'mixed')).toEqual(await rawIn(source, 'mixed'));
  });
});
