// Rows C3 C4 C6 of docs/coverage.md.
import { Long, ObjectId, UUID } from 'mongodb';
import { describe, expect, test } from 'vitest';
import type { Check, IndexCheck } from '../../../src/domain/checks.ts';
import { database, open } from './lab.ts';

const options = { at: '2026-03-01T02:00:00.000Z', isInService: false } as const;

const lab = async () => {
  const { url, db } = await database();
  const checks = (await open(url)).can.checks!;
  const run = async (check: Check, more: object = {}) => (await checks.run([check], { ...options, ...more }))[0]!;
  return { db, run, checks };
};

const orphans = (columns: string[], parentColumns = ['_id']): Check => ({
  kind: 'orphans',
  child: 'orders',
  columns,
  parent: 'users',
  parentColumns,
});

describe('orphans', () => {
  test('are references that name nothing; none is one that is null', async () => {
    const { db, run } = await lab();
    const [one, two] = [new ObjectId(), new ObjectId()];
    await db.collection('users').insertMany([{ _id: one }, { _id: two }]);
    await db.collection('orders').insertMany([{ user: one }, { user: two }, { user: null }, {}]);
    expect(await run(orphans(['user']))).toMatchObject({ state: 'green', found: '0 orphans' });
    const lost = new ObjectId();
    await db.collection('orders').insertOne({ user: lost });
    const row = await run(orphans(['user']));
    expect(row).toMatchObject({ state: 'red', found: '1 orphan', examples: [expect.stringMatching(/^[0-9a-f]{16}$/)] });
    expect(await run(orphans(['user']), { shows: 'values' })).toMatchObject({
      examples: [JSON.stringify([lost.toHexString()])],
    });
  });

  test('are found in arrays, whichever of their elements it is', async () => {
    const { db, run } = await lab();
    await db.collection<{ _id: string }>('users').insertMany([{ _id: 'a' }, { _id: 'b' }]);
    await db
      .collection('orders')
      .insertMany([{ by: [{ user: 'a' }, { user: 'b' }] }, { by: [] }, { by: { user: 'a' } }]);
    expect((await run(orphans(['by.user']))).state).toBe('green');
    await db.collection('orders').insertOne({ by: [{ user: 'a' }, { user: 'gone' }] });
    expect(await run(orphans(['by.user']))).toMatchObject({ state: 'red', found: '1 orphan' });
  });

  test('by several fields name one parent with all of them', async () => {
    const { db, run } = await lab();
    await db.collection('users').insertMany([
      { a: 1, b: 1 },
      { a: 2, b: 2 },
    ]);
    await db.collection('orders').insertMany([{ x: 1, y: 1 }]);
    expect((await run(orphans(['x', 'y'], ['a', 'b']))).state).toBe('green');
    await db.collection('orders').insertMany([{ x: 1, y: 2 }]);
    expect(await run(orphans(['x', 'y'], ['a', 'b']))).toMatchObject({ state: 'red', found: '1 orphan' });
  });
});

test('keys are texts as other stores write them, one for each element of an array', async () => {
  const { db, checks } = await lab();
  const [id, uuid] = [new ObjectId(), new UUID()];
  await db
    .collection('rows')
    .insertMany([{ of: [id, uuid], n: 1 }, { of: 'text', n: Long.fromString('9007199254740993') }, { n: 2.5 }]);
  const found: (readonly (string | null)[])[] = [];
  for await (const some of checks.keys!('rows', ['of', 'n'])) found.push(...some);
  expect(found.map((row) => row.join()).sort()).toEqual(
    [`${id.toHexString()},1`, `${uuid.toHexString()},1`, 'text,9007199254740993', ',2.5'].sort(),
  );
  await expect(async () => {
    for await (const some of checks.keys!('gone', ['of'])) found.push(...some);
  }).rejects.toMatchObject({ kind: 'missing' });
});

describe('indexes', () => {
  const index = (more: Partial<IndexCheck>): IndexCheck => ({
    kind: 'index',
    of: 'things',
    keys: [{ column: 'user' }, { column: 'at', order: 'desc' }],
    isUnique: false,
    method: 'btree',
    include: [],
    nullsNotDistinct: false,
    ...more,
  });

  test('are compared by keys and options, not by name', async () => {
    const { db, run } = await lab();
    await db.command({
      createIndexes: 'things',
      indexes: [
        { key: { user: 1, at: -1 }, name: 'any' },
        { key: { gone: 1 }, name: 'ttl', expireAfterSeconds: 60 },
        { key: { some: 1 }, name: 'part', partialFilterExpression: { some: { $gt: 1 } } },
        { key: { far: 'hashed' }, name: 'far' },
      ],
    });
    const state = async (more: Partial<IndexCheck>) => (await run(index(more))).state;
    expect(await state({})).toBe('green');
    expect(await state({ isUnique: true })).toBe('red');
    expect(await state({ keys: [{ column: 'at', order: 'desc' }, { column: 'user' }] })).toBe('red');
    expect(await state({ keys: [{ column: 'user' }, { column: 'at' }] })).toBe('red');
    expect(await state({ keys: [{ column: 'gone' }], options: { expireAfterSeconds: 60 } })).toBe('green');
    expect(await state({ keys: [{ column: 'gone' }], options: { expireAfterSeconds: 61 } })).toBe('red');
    expect(await state({ keys: [{ column: 'some' }], where: '{ "some": {"$gt": 1} }' })).toBe('green');
    expect(await state({ keys: [{ column: 'some' }] })).toBe('red');
    expect(await state({ keys: [{ column: 'far', opclass: 'hashed' }] })).toBe('green');
    expect(await state({ keys: [{ expression: 'lower(a)' }] })).toBe('not measured');
  });
});

test('the newest row is the latest date, or the latest ObjectId', async () => {
  const { db, run } = await lab();
  const newest = (column: string, withinMs: number): Check => ({ kind: 'newestRow', of: 'things', column, withinMs });
  await db.collection('things').insertMany([
    { _id: ObjectId.createFromTime(Date.parse('2026-03-01T01:00:00Z') / 1000), at: new Date('2026-03-01T01:30:00Z') },
    { _id: ObjectId.createFromTime(Date.parse('2026-02-01T01:00:00Z') / 1000), at: 'text', other: 1 },
  ]);
  expect(await run(newest('at', 3_600_000))).toMatchObject({ state: 'green', found: '2026-03-01T01:30:00.000Z' });
  expect((await run(newest('at', 60_000))).state).toBe('red');
  expect(await run(newest('_id', 7_200_000))).toMatchObject({ state: 'green', found: '2026-03-01T01:00:00.000Z' });
  expect(await run(newest('other', 60_000))).toMatchObject({ state: 'red', found: 'no row with a time' });
});
