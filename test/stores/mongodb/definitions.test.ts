import { BSON, Int32, Long } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { toExtendedJson } from '../../../src/stores/mongodb/bson/ordered.ts';
import { listIndexes } from '../../../src/stores/mongodb/catalog.ts';
import { bringBack, type Database, database, expectProven, open, restoreRest, session, take, writer } from './lab.ts';

/** Every index of a collection as canonical text. */
const indexesOf = async (of: Database, collection: string): Promise<string[]> => {
  const opened = await session(of.url);
  const found = await listIndexes(opened, { database: of.db.databaseName, collection });
  return found.map(toExtendedJson).sort();
};

const day = 86_400;

const everyIndex = [
  { key: { at: 1 }, name: 'ttl', expireAfterSeconds: 90 * day },
  { key: { email: 1 }, name: 'unique', unique: true },
  { key: { total: 1 }, name: 'partial', partialFilterExpression: { total: { $gt: 10 } } },
  { key: { nick: 1 }, name: 'sparse', sparse: true },
  { key: { user: 'hashed' }, name: 'hashed' },
  { key: { title: 'text', body: 'text' }, name: 'words', weights: { title: 5 }, default_language: 'english' },
  { key: { place: '2dsphere' }, name: 'sphere' },
  { key: { hidden: -1 }, name: 'hidden', hidden: true },
  { key: { name: 1 }, name: 'collated', collation: { locale: 'en', strength: 2 } },
  {
    key: new Map([
      ['10', 1],
      ['2', -1],
      ['a.b', 1],
    ]),
    name: 'in order',
  },
];

describe('indexes', () => {
  test('come back by their specifications, in the order of their keys', async () => {
    const source = await database();
    await source.db.collection('things').insertMany([
      { at: new Date(), email: 'a', total: 1 },
      { at: new Date(), email: 'b', total: 20 },
    ]);
    await source.db.command({ createIndexes: 'things', indexes: everyIndex });
    const target = await database();
    await bringBack(target.url, await take(source.url));
    const there = await indexesOf(source, 'things');
    expect(there).toHaveLength(everyIndex.length);
    expect(await indexesOf(target, 'things')).toEqual(there);
  });

  test('over every field, and by the place on a plane, come back', async ({ skip }) => {
    const source = await database();
    if (source.isStandIn) return skip('needs mongod: the stand-in has no such indexes');
    const indexes = [
      { key: { '$**': 1 }, name: 'every field' },
      { key: { '$**': 1 }, name: 'some fields', wildcardProjection: { a: 1, _id: 0 } },
      { key: { at: '2d' }, name: 'plane', min: -10, max: 10, bits: 20 },
    ];
    await source.db.command({ createIndexes: 'things', indexes });
    const target = await database();
    await bringBack(target.url, await take(source.url));
    expect(await indexesOf(target, 'things')).toEqual(await indexesOf(source, 'things'));
  });

  test('that let documents expire do so only once the restore has ended', async () => {
    const source = await database();
    await source.db.collection('sessions').insertMany([{ at: new Date(0) }, { at: new Date(1) }]);
    const expiring = { key: { at: 1 }, name: 'ttl', expireAfterSeconds: 3600 };
    await source.db.command({ createIndexes: 'sessions', indexes: [expiring] });
    const taken = await take(source.url);
    const target = await database();
    const seconds = async (): Promise<unknown> =>
      (await target.db.collection('sessions').indexes()).find(({ name }) => name === 'ttl')?.expireAfterSeconds;

    const place = await open(target.url);
    const by = writer();
    await place.begin(by, taken.meta);
    await restoreRest(place, taken.meta, taken.vault, by);
    expect(await seconds()).toBe(2 ** 31 - 1);
    await expectProven(place, taken.meta, taken.fingerprint, by);
    await place.end(by);
    expect(await seconds()).toBe(3600);
    expect(await indexesOf(target, 'sessions')).toEqual(await indexesOf(source, 'sessions'));
    // Nothing is left to thaw.
    expect(
      await target.db.collection<{ _id: string }>('dr_runbooks').findOne({ _id: { $regex: '^frozen' } }),
    ).toBeNull();
  });

  test('that are not as the set says are named by the proof, whatever the documents are', async () => {
    const source = await database();
    await source.db.collection('things').insertMany([{ a: 1 }, { a: 2 }]);
    await source.db.command({
      createIndexes: 'things',
      indexes: [
        { key: { a: 1, b: 1 }, name: 'two' },
        { key: { at: 1 }, name: 'ttl', expireAfterSeconds: 3600 },
      ],
    });
    const taken = await take(source.url);
    const target = await database();
    const place = await open(target.url);
    const by = writer();
    await place.begin(by, taken.meta);
    await restoreRest(place, taken.meta, taken.vault, by);
    const things = target.db.collection('things');
    const unequal = async (): Promise<unknown[]> => {
      const { expected, found } = await place.prove(by, taken.meta, taken.fingerprint);
      return compareFingerprints(expected, found).map(({ object, what }) => `${object}: ${what}`);
    };
    const differs = ['things (definition): content'];
    expect(await unequal()).toEqual([]);
    await things.dropIndex('two');
    expect(await unequal()).toEqual(differs);
    await things.createIndex(
      new Map([
        ['b', 1],
        ['a', 1],
      ]),
      { name: 'two' },
    );
    expect(await unequal()).toEqual(differs);
    await things.dropIndex('two');
    await things.createIndex({ a: 1, b: 1 }, { name: 'two' });
    expect(await unequal()).toEqual([]);
    await things.createIndex({ c: 1 }, { name: 'another' });
    expect(await unequal()).toEqual(differs);
    const older = { ...taken.meta, version: '5.0.0' };
    const { expected, found } = await place.prove(by, older, taken.fingerprint);
    expect(compareFingerprints(expected, found)).toHaveLength(1);
  });

  test('that the set does not know how to bring back refuse the backup before anything is written', async () => {
    const source = await database();
    await source.db.collection('things').insertOne({ a: 1 });
    await source.db
      .command({ createIndexes: 'things', indexes: [{ key: { a: 'geoHaystack' }, name: 'old' }] })
      .catch(() => {});
    if ((await indexesOf(source, 'things')).length === 0) return;
    await expect(take(source.url)).rejects.toMatchObject({
      kind: 'not-supported',
      message: /index "old" of type geoHaystack/,
    });
  });
});

describe('collections', () => {
  test('come back with all their options, and views after them', async ({ skip }) => {
    const source = await database();
    if (source.isStandIn) return skip('needs mongod: the stand-in makes every collection without options');
    const { db } = source;
    await db.createCollection('capped', { capped: true, size: 100_000, max: 50 });
    await db.createCollection('checked', {
      validator: { $jsonSchema: { required: ['a'] } },
      validationLevel: 'moderate',
      validationAction: 'warn',
    });
    await db.createCollection('collated', { collation: { locale: 'de', strength: 1 } });
    await db.createCollection('clustered', { clusteredIndex: { key: { _id: 1 }, unique: true } }).catch(() => {});
    await db.createCollection('measured', {
      timeseries: { timeField: 't', metaField: 'm' },
      expireAfterSeconds: 10 * 365 * day,
    });
    await db.createCollection('shown', { viewOn: 'checked', pipeline: [{ $match: { a: { $gt: 1 } } }] });
    await db.createCollection('shown again', { viewOn: 'shown', pipeline: [] });
    for (let n = 0; n < 80; n += 1) await db.collection('capped').insertOne({ n });
    await db.collection('checked').insertMany([{ a: 1 }, { a: 2 }, { without: true }]);
    await db.collection<{ _id: string }>('collated').insertMany([{ _id: 'a' }, { _id: 'b' }]);
    await db
      .collection('measured')
      .insertMany(Array.from({ length: 100 }, (_, n) => ({ t: new Date(Date.now() - n), m: n % 3, n })));

    const target = await database();
    const taken = await take(source.url);
    expect(taken.meta.collections.map(({ name }) => name)).toContain('shown again');
    await bringBack(target.url, taken);
    const optionsOf = async (of: Database): Promise<string[]> =>
      (await of.db.listCollections({}, { nameOnly: false }).toArray())
        .filter(({ name }) => !name.startsWith('system.') && name !== 'dr_runbooks')
        .map(({ name, type, options }) => BSON.EJSON.stringify({ name, type, options }, { relaxed: false }))
        .sort();
    expect(await optionsOf(target)).toEqual(await optionsOf(source));
    const inOrder = async (of: Database): Promise<unknown[]> =>
      (await of.db.collection('capped').find().sort({ $natural: 1 }).toArray()).map(({ n }) => n);
    expect(await inOrder(target)).toEqual(await inOrder(source));
    expect(await target.db.collection('shown again').countDocuments()).toBe(1);
    expect(await target.db.collection('measured').countDocuments()).toBe(100);
  });

  test('are described as mongodump does, for mongorestore', async () => {
    const source = await database();
    await source.db.collection('orders').insertMany([{ a: new Int32(1) }, { a: Long.fromNumber(2) }]);
    await source.db.command({
      createIndexes: 'orders',
      indexes: [
        {
          key: new Map([
            ['2', 1],
            ['1', -1],
          ]),
          name: 'two',
        },
      ],
    });
    const { meta, vault } = await take(source.url);
    const text = Buffer.from(vault.streams.get('metadata/0')!).toString();
    expect(text).toContain('"key":{"2":{"$numberInt":"1"},"1":{"$numberInt":"-1"}}');
    expect(JSON.parse(text)).toMatchObject({
      options: {},
      indexes: [{ name: '_id_', key: { _id: { $numberInt: '1' } } }, { name: 'two' }],
      collectionName: 'orders',
      type: 'collection',
    });
    // A .bson file is documents one after the other.
    const [part] = meta.collections[0]!.parts;
    const bytes = Buffer.from(vault.streams.get(part!.stream)!);
    const documents: BSON.Document[] = [];
    for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) {
      documents.push(BSON.deserialize(bytes.subarray(at, at + bytes.readInt32LE(at))));
    }
    expect(documents.map(({ a }) => a)).toEqual([1, 2]);
  });
});
