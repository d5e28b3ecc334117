import { expect, test } from 'vitest';
import type { Check } from '../../../src/domain/checks.ts';
import { connected } from './lab.ts';
import { openAt, ownServer } from './places.ts';

const options = { at: '2026-03-01T02:00:00.000Z', isInService: false } as const;

test('what stands for a star in the name of a key, and fields of hashes, are held against each other', async () => {
  const { url } = await ownServer();
  await connected(`${url}/2`, async (redis) => {
    await redis.hset('cart:7', { user: 'u1', note: 'x' });
    await redis.hset('cart:8', { user: 'u2' });
    await redis.hset('cart:9', { note: 'nobody' });
    await redis.set('cart:10', 'no hash');
    await redis.mset('user:u1', 'anna', 'user:u3', 'bert', 'users:u2', 'another group', 'cart*:99', 'another group');
    await redis.set('order:7:items', '1');
    await redis.set('order:70:items', '1');
  });
  const check = (child: string, column: string, parent: string, parentColumn: string): Check => ({
    kind: 'orphans',
    child,
    columns: [column],
    parent,
    parentColumns: [parentColumn],
  });
  const { checks } = (await openAt(url)).can;
  const run = async (one: Check, more: object = {}) => (await checks!.run([one], { ...options, ...more }))[0]!;
  const byField = check('db2/cart', 'user', 'db2/user', 'user:*');
  expect(await run(byField)).toMatchObject({ state: 'red', found: '1 orphan' });
  expect((await run(byField)).examples!.join()).toMatch(/^[0-9a-f]{16}$/);
  expect((await run(byField, { shows: 'values' })).examples).toEqual(['["u2"]']);
  expect(await run(check('db2/order', 'order:*:items', 'db2/cart', 'cart:*'))).toMatchObject({ found: '1 orphan' });
  await connected(`${url}/2`, (redis) => redis.set('user:u2', 'cara'));
  expect(await run(byField)).toMatchObject({ state: 'green', found: '0 orphans' });

  const keys: (string | null)[][] = [];
  for await (const rows of checks!.keys!('db2/cart', ['cart:*', 'user'])) keys.push(...rows.map((row) => [...row]));
  expect(keys.sort()).toEqual([
    ['10', null],
    ['7', 'u1'],
    ['8', 'u2'],
    ['9', null],
  ]);
  const absent = async () => {
    for await (const _ of checks!.keys!('db2/gone', ['gone:*']));
  };
  await expect(absent()).rejects.toMatchObject({ kind: 'missing' });
});
