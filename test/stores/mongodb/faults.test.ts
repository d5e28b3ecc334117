import { randomBytes } from 'node:crypto';
import { MongoClient, MongoCompatibilityError, MongoNetworkError } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { refuseUnknown } from '../../../src/stores/mongodb/catalog.ts';
import { failureOf, refusal } from '../../../src/stores/mongodb/connection/failure.ts';
import { mongodb } from '../../../src/stores/mongodb/index.ts';
import { lacks } from '../../../src/stores/mongodb/permissions.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { bringBack, database, open, take, work, writer } from './lab.ts';
import { withDatabase } from './server.ts';

describe('what a server says', () => {
  test.each([
    [13, 'not authorized on shop to execute command', 'no-permission'],
    [18, 'Authentication failed.', 'no-permission'],
    [14031, 'available disk space is less than required', 'no-space'],
    [16500, 'Request rate is large', 'busy'],
    [429, 'Too many requests', 'busy'],
    [43, 'cursor id 1 not found', 'busy'],
    [175, 'collection dropped', 'busy'],
    [26, 'ns not found', 'missing'],
    [371, 'User writes blocked', 'refused'],
    [10107, 'not primary', 'refused'],
    [11602, 'interrupted due to repl state change', 'unreachable'],
    [59, 'no such command', 'not-supported'],
    [12345, 'something else', 'unexpected'],
  ] as const)('%i (%s) is %s', (code, message, kind) => {
    expect(failureOf(refusal(code, message), 'doing')).toMatchObject({ kind, hint: expect.stringMatching(/\w/) });
  });

  test('of a document stays at the server', () => {
    const error = failureOf(refusal(11000, 'E11000 duplicate key { email: "someone@example.com" }'), 'indexing');
    expect(error).toMatchObject({ kind: 'damaged' });
    expect(error.message).not.toContain('example.com');
  });

  test('and what the driver says, is named', () => {
    const old = new MongoCompatibilityError('Server at x reports maximum wire version 6, but this version requires 8');
    expect(failureOf(old, 'connecting').kind).toBe('too-old');
    expect(failureOf(new MongoNetworkError('connection 1 closed'), 'reading').kind).toBe('unreachable');
  });
});

describe('permissions', () => {
  const on = (db: string, ...actions: string[]) => ({ resource: { db, collection: '' }, actions });
  const reading = ['find', 'listCollections', 'listIndexes', 'collStats'];
  const writing = ['insert', 'update', 'remove', 'createCollection', 'createIndex', 'collMod'];

  test('that are missing are named with the remedy', () => {
    expect(lacks('shop', [on('shop', ...reading)])).toEqual([
      expect.stringMatching(/may not write into it \(insert, .*grant readWrite and dbAdmin on database "shop"/),
    ]);
    expect(lacks('shop', [on('other', ...reading, ...writing)])).toHaveLength(2);
    expect(
      lacks('shop', [{ resource: { db: 'shop', collection: 'one' }, actions: [...reading, ...writing] }]),
    ).toHaveLength(2);
  });

  test('of a database, of all, or of anything are enough', () => {
    const all = [...reading, ...writing];
    expect(lacks('shop', [on('shop', ...reading), on('shop', ...writing)])).toEqual([]);
    expect(lacks('shop', [on('', ...all)])).toEqual([]);
    expect(lacks('shop', [{ resource: { anyResource: true }, actions: all }])).toEqual([]);
  });

  test('wrong credentials are no permission', async ({ skip }) => {
    const { url, isStandIn } = await database();
    if (isStandIn) return skip('needs mongod: the stand-in lets everybody in');
    const wrong = new URL(url);
    wrong.username = `nobody-${randomBytes(4).toString('hex')}`;
    wrong.password = 's3cret-word';
    const error = await mongodb.open(wrong.href, work()).catch((caught: Error) => caught);
    expect(error).toMatchObject({ kind: 'no-permission' });
    expect(String(error)).not.toContain('s3cret-word');
  });
});

describe('before anything is changed', () => {
  test('what a set could not bring back is refused by name', () => {
    const listed = { database: 'shop', collection: 'x', name: 'x', type: 'collection', uuid: null };
    const unknown = { ...listed, options: new Map([['encryptedFields', new Map()]]) };
    expect(() => refuseUnknown(unknown, [])).toThrow(
      expect.objectContaining({ kind: 'not-supported', message: expect.stringMatching(/option encryptedFields/) }),
    );
    const index = new Map<string, unknown>([
      ['name', 'old'],
      ['key', new Map([['a', 'geoHaystack']])],
    ]);
    expect(() => refuseUnknown({ ...listed, options: new Map() }, [index])).toThrow(/index "old" of type geoHaystack/);
    expect(() => refuseUnknown({ ...listed, type: 'stream', options: new Map() }, [])).toThrow(/type stream/);
  });

  test('a set of a newer server, of a whole server, or into other collections of the name is refused', async () => {
    const source = await database();
    await source.db.collection('orders').insertOne({ a: 1 });
    const { meta } = await take(source.url);
    const target = await database();
    const place = await open(target.url);
    await expect(place.begin(writer(), { ...meta, version: '99.0.1' })).rejects.toMatchObject({ kind: 'too-old' });
    await expect(place.begin(writer(), { ...meta, database: null })).rejects.toMatchObject({ kind: 'bad-input' });
    await target.db.collection('orders').insertOne({ theirs: true });
    await expect(place.begin(writer({ into: 'existing' }), meta)).rejects.toMatchObject({ kind: 'not-empty' });
    expect(await target.db.collection('orders').countDocuments()).toBe(1);
  });
});

describe('while a backup is taken', () => {
  const stalled = async () => {
    const source = await database();
    for (const name of ['first', 'second']) {
      await source.db
        .collection(name)
        .insertMany(Array.from({ length: 50 }, (_, n) => ({ n, words: 'x'.repeat(100) })));
    }
    const vault = memoryVault();
    vault.fault = { is: 'stall', afterBytes: 100 };
    const place = await open(source.url);
    const taking = place.snapshot(vault, {});
    taking.catch(() => {});
    await vault.stalled();
    return { source, vault, taking };
  };

  test('a collection that is dropped is named', async () => {
    const { source, vault, taking } = await stalled();
    await source.db.collection('second').drop();
    vault.fault = null;
    vault.release();
    await expect(taking).rejects.toMatchObject({
      kind: 'busy',
      message: expect.stringMatching(/"second" was dropped/),
    });
  });

  test('a collection that is made is named, and is in no set', async () => {
    const { source, vault, taking } = await stalled();
    await source.db.collection('third').insertOne({ a: 1 });
    vault.fault = null;
    vault.release();
    const { leftOut, fingerprint, consistency } = await taking;
    expect(leftOut).toContainEqual(expect.stringMatching(/"third".*made while/));
    expect(Object.keys(fingerprint.objects).sort()).toEqual(['first', 'second']);
    expect(consistency.kind).toBe('fuzzy');
  });

  test('documents that come, go and change make a set that is what its fingerprint says', async () => {
    const source = await database();
    const things = source.db.collection<{ _id: number; n: number }>('things');
    await things.insertMany(Array.from({ length: 500 }, (_, n) => ({ _id: n, n })));
    let isTaken = false;
    const taking = take(source.url, { partBytes: 1_000, rangeBytes: 4_000 }).finally(() => {
      isTaken = true;
    });
    for (let n = 0; !isTaken && n < 100; n += 1) {
      await things.insertOne({ _id: 1_000 + n, n });
      await things.deleteOne({ _id: n });
      await things.updateOne({ _id: 499 - n }, { $inc: { n: 1 } });
    }
    const target = await database();
    await bringBack(target.url, await taking);
  });
});

describe('a place that is a whole server', () => {
  test("lists databases in front of names, and leaves what is the product's own", async ({ skip }) => {
    const source = await database();
    if (!source.isStandIn) return skip('only where the server is ours alone');
    await source.db.collection('orders').insertOne({ a: 1 });
    const server = source.url.replace(/\/[^/?]*(\?|$)/, '/$1');
    const place = await open(server);
    const name = `${source.db.databaseName}.orders`;
    const { objects } = await place.inspect();
    expect(objects.map((one) => one.name)).toContain(name);
    expect(objects.filter((one) => /dr_runbooks|^(admin|config|local)\./.test(one.name))).toEqual([]);
    const vault = memoryVault();
    const taken = await place.snapshot(vault, { only: [name] });
    expect(taken.meta.database).toBeNull();
    expect(taken.fingerprint.objects[name]!.rows).toBe(1);

    await source.db.collection('orders').drop();
    const by = writer({ only: [name], into: 'existing' });
    await place.begin(by, taken.meta);
    for (const stage of ['schema', 'data', 'index', 'finish'] as const) {
      for (const unit of mongodb.units(taken.meta, stage, by.selection))
        await place.restore(unit, taken.meta, vault, by);
    }
    await place.end(by);
    expect(await source.db.collection('orders').countDocuments()).toBe(1);
    const client = new MongoClient(withDatabase(server, 'dr_runbooks'));
    await client.db('dr_runbooks').dropDatabase();
    await client.close();
  });
});
