// Row Y12 of docs/coverage.md.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { startRedis } from '../../../src/local/components/redis.ts';
import { writerOf } from '../conformance/bench.ts';
import { connected, wholeOf } from './lab.ts';
import { bring, digestsOf, openAt, ownServer, take } from './places.ts';
import { fillZoo, groupsOf } from './zoo.ts';

const library = "#!lua name=shop\nredis.register_function('price', function(keys, args) return 42 end)";

test('everything a server holds comes back by itself, in every database, and is read by redis-server as a file', async () => {
  const source = await ownServer();
  for (const db of [0, 9]) await connected(`${source.url}/${db}`, fillZoo);
  await connected(source.url, (redis) => redis.call('FUNCTION', 'LOAD', library) as Promise<unknown>);
  await (await openAt(source.url)).stamp({ id: 'x', target: 'cache', role: 'primary', epoch: 1 });
  const taken = await take(source.url);
  expect(taken.meta.libraries).toEqual(['shop']);
  expect(taken.snapshot.fingerprint.objects.functions!.rows).toBe(1);

  const target = await ownServer();
  await bring(target.url, taken);
  const check = async (url: string): Promise<void> => {
    for (const db of [0, 9]) {
      expect(await digestsOf(url, db)).toEqual(await digestsOf(source.url, db));
      const [one, two] = await Promise.all(
        [source.url, url].map((at) => connected(`${at}/${db}`, (redis) => groupsOf(redis, 'stream:full'))),
      );
      expect(two).toEqual(one);
    }
    expect(await connected(url, (redis) => redis.call('FCALL', 'price', '0') as Promise<unknown>)).toBe(42);
  };
  await check(target.url);
  expect(await connected(target.url, (redis) => redis.call('REPLICAOF', 'NO', 'ONE') as Promise<unknown>)).toBe('OK');
  expect(await connected(target.url, (redis) => redis.config('GET', 'repl-diskless-load'))).toContain('disabled');

  const stock = await startRedis({
    say: () => {},
    settings: { appendonly: 'no', save: '', 'enable-debug-command': 'yes' },
  });
  onTestFinished(() => stock.stop());
  const names = [...taken.vault.streams.keys()].sort();
  await writeFile(join(stock.dataDir, 'dump.rdb'), Buffer.concat(names.map((name) => taken.vault.streams.get(name)!)));
  await stock.kill();
  await stock.restart();
  await check(wholeOf(stock.url));
});

test('one database goes into another one, key by key, and leaves the others alone', async () => {
  const { url } = await ownServer();
  await connected(`${url}/3`, fillZoo);
  await connected(`${url}/5`, (redis) => redis.set('theirs:1', 'x'));
  const taken = await take(`${url}/3`);
  await bring(`${url}/7`, taken);
  expect(await digestsOf(url, 7)).toEqual(await digestsOf(url, 3));
  const [one, two] = await Promise.all(
    [3, 7].map((db) => connected(`${url}/${db}`, (redis) => groupsOf(redis, 'stream:full'))),
  );
  expect(two).toEqual(one);
  expect(Object.keys(await digestsOf(url, 5))).toEqual(['theirs:1']);
});

test('single keys are selected by patterns with a colon, out of a whole server too', async () => {
  const source = await ownServer();
  await connected(`${source.url}/2`, fillZoo);
  const taken = await take(source.url);
  const target = await ownServer();
  const by = {
    ...writerOf(),
    selection: { only: ['db2/hash:*', 'db2/stream', 'db2/list:p*'], except: ['db2/hash:open'] },
  };
  await bring(target.url, taken, by);
  const keys = Object.keys(await digestsOf(target.url, 2));
  expect(keys).toEqual(['hash:packed', 'list:packed', 'list:plain', 'stream:empty', 'stream:full']);
  const place = await openAt(target.url);
  await connected(`${target.url}/2`, (redis) => redis.lset('list:plain', 0, 'changed'));
  const { expected, found } = await place.prove(by, taken.meta, taken.snapshot.fingerprint);
  expect(compareFingerprints(expected, found)).toMatchObject([{ object: 'db2/list', what: 'content' }]);
});

test('a backup of some keys holds those and no others', async () => {
  const source = await ownServer();
  await connected(source.url, fillZoo);
  const taken = await take(source.url, { only: ['db0/hash:p*', 'db0/zset'] });
  expect(Object.keys(taken.snapshot.fingerprint.objects).sort()).toEqual(['db0/hash', 'db0/zset']);
  const target = await ownServer();
  await bring(target.url, taken);
  expect(Object.keys(await digestsOf(target.url, 0))).toEqual(['hash:packed', 'zset:open', 'zset:packed']);
});

test('thousands of groups are counted, the first by themselves and the others together, in any order', async () => {
  const source = await ownServer();
  await connected(source.url, async (redis) => {
    const names = Array.from({ length: 3_000 }, (_, n) => `g${String(n).padStart(5, '0')}`);
    await redis.mset(...names.flatMap((name) => [`${name}:1`, name]));
  });
  const taken = await take(source.url);
  const { objects } = taken.snapshot.fingerprint;
  expect(Object.keys(objects)).toHaveLength(1_001);
  expect(objects['(others)']!.rows).toBe(2_000);
  expect(objects['db0/g00999']!.rows).toBe(1);
  const target = await ownServer();
  await bring(target.url, taken);
  const part = await ownServer();
  await bring(part.url, taken, { ...writerOf(), selection: { only: ['db0/g0*1'] } });
  expect(Object.keys(await digestsOf(part.url, 0))).toHaveLength(300);
});

test('groups come back beside others without being named, and the proof is of those alone', async () => {
  const { url } = await ownServer();
  await connected(`${url}/1`, (redis) => redis.mset('cart:1', 'a', 'user:1', 'b'));
  const taken = await take(`${url}/1`);
  await connected(`${url}/2`, (redis) => redis.set('theirs:1', 'x'));
  await bring(`${url}/2`, taken, { ...writerOf(), selection: { into: 'existing' } });
  expect(Object.keys(await digestsOf(url, 2))).toEqual(['cart:1', 'theirs:1', 'user:1']);
});
