import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { connected } from './lab.ts';
import { openAt, ownServer } from './places.ts';

/** What is done to a key of each type, and whether it must show. */
const changes: Readonly<Record<string, readonly [first: (r: Redis) => unknown, change: (r: Redis) => unknown]>> = {
  'a string': [(r) => r.set('k', 'a'), (r) => r.set('k', 'b')],
  'a string that looks like a number': [(r) => r.set('k', '7'), (r) => r.set('k', '07')],
  'the type of a text': [(r) => r.set('k', 'a'), async (r) => [await r.del('k'), await r.rpush('k', 'a')]],
  'the name of a key': [(r) => r.set('k:1', 'a'), (r) => r.rename('k:1', 'k:2')],
  'values of two keys swapped': [(r) => r.mset('k:1', 'a', 'k:2', 'b'), (r) => r.mset('k:1', 'b', 'k:2', 'a')],
  'the order of a list': [(r) => r.rpush('k', 'a', 'b'), (r) => r.call('RPOPLPUSH', 'k', 'k')],
  'the border between elements': [
    (r) => r.rpush('k', 'ab', 'c'),
    async (r) => [await r.del('k'), await r.rpush('k', 'a', 'bc')],
  ],
  'a member of a set': [(r) => r.sadd('k', 'a', 'b'), async (r) => [await r.srem('k', 'b'), await r.sadd('k', 'c')]],
  'a set and a list of the same': [(r) => r.sadd('k', 'a'), async (r) => [await r.del('k'), await r.rpush('k', 'a')]],
  'a field': [(r) => r.hset('k', 'a', '1', 'b', '2'), (r) => r.hset('k', 'b', '3')],
  'values of two fields swapped': [(r) => r.hset('k', 'a', '1', 'b', '2'), (r) => r.hset('k', 'a', '2', 'b', '1')],
  'a score': [(r) => r.zadd('k', 1, 'a', 2, 'b'), (r) => r.zadd('k', 1.0000000001, 'a')],
  'scores of two members swapped': [(r) => r.zadd('k', 1, 'a', 2, 'b'), (r) => r.zadd('k', 2, 'a', 1, 'b')],
  'an entry of a stream': [(r) => r.xadd('k', '1-1', 'a', 'b'), (r) => r.xadd('k', '1-2', 'a', 'b')],
  'an entry deleted': [
    async (r) => [await r.xadd('k', '1-1', 'a', 'b'), await r.xadd('k', '1-2', 'a', 'b')],
    (r) => r.xdel('k', '1-1'),
  ],
  'the last id of a stream': [(r) => r.xadd('k', '1-1', 'a', 'b'), (r) => r.call('XSETID', 'k', '9-9')],
  'where a group stands': [
    async (r) => [await r.xadd('k', '1-1', 'a', 'b'), await r.xgroup('CREATE', 'k', 'g', '0')],
    (r) => r.call('XGROUP', 'SETID', 'k', 'g', '1-1'),
  ],
  'a pending entry': [
    async (r) => [
      await r.xadd('k', '1-1', 'a', 'b'),
      await r.xgroup('CREATE', 'k', 'g', '0'),
      await r.xreadgroup('GROUP', 'g', 'c', 'STREAMS', 'k', '>'),
    ],
    (r) => r.xack('k', 'g', '1-1'),
  ],
  'whose a pending entry is': [
    async (r) => [
      await r.xadd('k', '1-1', 'a', 'b'),
      await r.xgroup('CREATE', 'k', 'g', '0'),
      await r.xreadgroup('GROUP', 'g', 'c', 'STREAMS', 'k', '>'),
    ],
    (r) => r.call('XCLAIM', 'k', 'g', 'd', '0', '1-1', 'JUSTID'),
  ],
  'a consumer': [
    async (r) => [await r.xadd('k', '1-1', 'a', 'b'), await r.xgroup('CREATE', 'k', 'g', '0')],
    (r) => r.xgroup('CREATECONSUMER', 'k', 'g', 'c'),
  ],
};

test('every change of any type shows, and the form that it is kept in does not', async () => {
  const { url } = await ownServer();
  const place = await openAt(url);
  await connected(url, async (client) => {
    const settings = ['hash', 'zset'].map((type) => `${type}-max-listpack-entries`);
    const open = async (entries: number): Promise<void> => {
      for (const name of [...settings, 'set-max-intset-entries']) await client.config('SET', name, String(entries));
    };
    for (const [what, [first, change]] of Object.entries(changes)) {
      await client.flushall();
      await first(client);
      const before = await place.fingerprint({});
      await change(client);
      expect(compareFingerprints(before, await place.fingerprint({})), what).not.toEqual([]);
    }
    const make = async (): Promise<void> => {
      await client.hset('k:hash', 'a', '1', 'b', '-70000');
      await client.zadd('k:zset', 1, 'a', -0.5, '12');
      await client.sadd('k:set', '1', '-70000');
      await client.rpush('k:list', ...Array.from({ length: 50 }, (_, n) => `same text ${n % 2}`));
    };
    await client.flushall();
    await make();
    const packed = await place.fingerprint({});
    await client.flushall();
    await open(1);
    await client.config('SET', 'list-max-listpack-size', '2');
    await client.config('SET', 'list-compress-depth', '1');
    await make();
    expect(await client.call('OBJECT', 'ENCODING', 'k:hash')).toBe('hashtable');
    expect(compareFingerprints(packed, await place.fingerprint({}))).toEqual([]);
  });
});
