import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { stages } from '../../../src/domain/words.ts';
import { redis } from '../../../src/stores/redis/index.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { until } from '../../support/until.ts';
import { markOf, workOf, writerOf } from '../conformance/bench.ts';
import { connected } from './lab.ts';
import { type Meta, openAt, ownServer, take } from './places.ts';

const hinted = (kind: string, message: RegExp) => ({
  kind,
  message: expect.stringMatching(message),
  hint: expect.stringMatching(/\w/),
});

const withLogin = (url: string, username: string, password: string): string => {
  const other = new URL(url);
  other.username = username;
  other.password = password;
  return other.href;
};

const restoreAll = async (url: string, meta: Meta, vault: ReturnType<typeof memoryVault>): Promise<void> => {
  const place = await openAt(url);
  const by = writerOf();
  await place.begin(by, meta);
  for (const stage of stages) for (const unit of redis.units(meta, stage)) await place.restore(unit, meta, vault, by);
};

test('wrong credentials and none are told apart from a server that is not there, and nothing shows them', async () => {
  const { url } = await ownServer();
  for (const [at, says] of [
    [withLogin(url, 'default', 's3cret-word'), /WRONGPASS/],
    [withLogin(url, 'nobody', 's3cret-word'), /WRONGPASS/],
    [withLogin(url, '', ''), /NOAUTH/],
  ] as const) {
    const error = await redis.open(at, workOf()).then(
      () => null,
      (caught: Error & { hint: string }) => caught,
    );
    expect(error).toMatchObject(hinted('no-permission', says));
    expect(`${error?.message} ${error?.hint}`).not.toContain('s3cret-word');
  }
  await expect(redis.open('redis://127.0.0.1:1', workOf())).rejects.toMatchObject({ kind: 'unreachable' });
  for (const at of ['redis://host/name', 'redis://host/1/2', 'redis://', 'http://host/1', 'redis://host/-1']) {
    await expect(redis.open(at, workOf()), at).rejects.toMatchObject({ kind: 'bad-input' });
  }
});

test('rights that are missing are named before anything is done, and again by what needs them', async () => {
  const { url } = await ownServer();
  const { url: other } = await ownServer();
  await connected(other, (client) => client.set('a:1', 'x'));
  const taken = await take(other);
  await connected(url, async (client) => {
    await client.call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '&*', '+@all', '-psync', '-restore', '-replicaof');
  });
  const at = withLogin(url, 'reader', 'pw');
  const place = await openAt(at);
  const { missingPermissions } = await place.inspect();
  expect(missingPermissions.map((says) => /use (\w+)/.exec(says)?.[1])).toEqual(['PSYNC', 'RESTORE']);
  expect(missingPermissions[0]).toMatch(/ACL SETUSER reader \+psync/);
  await expect(place.snapshot(memoryVault(), {})).rejects.toMatchObject(hinted('no-permission', /NOPERM.*psync/));
  await expect(restoreAll(at, taken.meta, taken.vault)).rejects.toMatchObject(hinted('no-permission', /NOPERM/));
});

test('where the server may not be told to follow, units bring their keys', async () => {
  const { url } = await ownServer();
  const { url: other } = await ownServer();
  await connected(other, (client) => client.set('a:1', 'x'));
  const taken = await take(other);
  await connected(url, async (client) => {
    await client.call('ACL', 'SETUSER', 'writer', 'on', '>pw', '~*', '&*', '+@all', '-replicaof', '-config');
  });
  await restoreAll(withLogin(url, 'writer', 'pw'), taken.meta, taken.vault);
  expect(await connected(url, (client) => client.get('a:1'))).toBe('x');
});

/** Answers as an old server would. */
const pretender = async (info: string): Promise<string> => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const word of bytes.toString('latin1').match(/\r\n(info|hello|echo|select|acl|client|auth)\r\n/gi) ?? []) {
        const name = word.trim().toLowerCase();
        if (name === 'info') socket.write(`$${info.length}\r\n${info}\r\n`);
        else if (name === 'acl' || name === 'hello') socket.write('-ERR unknown command\r\n');
        else if (name === 'echo') socket.write('$0\r\n\r\n');
        else socket.write('+OK\r\n');
      }
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((listening) => server.once('listening', listening));
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

test('a server that is too old, a node of a cluster and Sentinel are refused by name', async () => {
  const old = await pretender('# Server\r\nredis_version:5.0.14\r\nredis_mode:standalone\r\n');
  await expect(redis.open(old, workOf())).rejects.toMatchObject(hinted('too-old', /5\.0\.14/));
  const node = await pretender('# Server\r\nredis_version:7.0.0\r\nredis_mode:cluster\r\n');
  await expect(redis.open(node, workOf())).rejects.toMatchObject(hinted('not-supported', /node of a cluster/));
  const sentinel = await pretender('# Server\r\nredis_version:7.0.0\r\nredis_mode:sentinel\r\n');
  await expect(redis.open(sentinel, workOf())).rejects.toMatchObject(hinted('not-supported', /sentinel/));
});

test('a set of a newer server is refused before anything is changed', async () => {
  const { url } = await ownServer();
  await connected(url, (client) => client.set('a:1', 'x'));
  const { meta } = await take(url);
  const { url: target } = await ownServer();
  const place = await openAt(target);
  const newer = { ...meta, rdbVersion: 99, version: 'Redis 12.0.0' };
  await expect(place.begin(writerOf(), newer)).rejects.toMatchObject(hinted('too-old', /12\.0\.0.*99/));
  expect(await connected(target, (client) => client.dbsize())).toBe(0);
});

test('a whole server and one database are not restored into each other', async () => {
  const { url } = await ownServer();
  await connected(url, (client) => client.set('a:1', 'x'));
  const { url: target } = await ownServer();
  const [whole, one] = [await take(url), await take(`${url}/0`)];
  const begin = async (at: string, meta: Meta) => (await openAt(at)).begin(writerOf(), meta);
  await expect(begin(`${target}/0`, whole.meta)).rejects.toMatchObject(hinted('not-supported', /whole server/));
  await expect(begin(target, one.meta)).rejects.toMatchObject(hinted('not-supported', /one database/));
});

test('a server with too little memory is refused, and one that runs out while it is filled is said to', async () => {
  const { url } = await ownServer();
  await connected(`${url}/1`, async (client) => {
    for (let n = 0; n < 300; n += 1) await client.set(`big:${n}`, `${n}`.repeat(5_000));
  });
  const { url: target } = await ownServer({ maxmemory: '1500000' });
  const whole = await take(url);
  await expect((await openAt(target)).begin(writerOf(), whole.meta)).rejects.toMatchObject(
    hinted('no-space', /maxmemory/),
  );
  const one = await take(`${url}/1`);
  await expect(restoreAll(`${target}/1`, one.meta, one.vault)).rejects.toMatchObject(hinted('no-space', /OOM/));
});

test('a server that cannot write to its disk is said to, and a backup of it is streamed', async () => {
  const { url } = await ownServer({
    save: '3600 1000000',
    'enable-protected-configs': 'yes',
    'repl-diskless-sync-delay': '1',
  });
  await connected(url, async (client) => {
    await client.set('a:1', 'x');
    await client.config('SET', 'dir', '/proc');
    await client.bgsave();
    await until('the save fails', async () => /rdb_last_bgsave_status:err/.test(await client.info('persistence')));
  });
  const taken = await take(url);
  expect(taken.snapshot.fingerprint.objects['db0/a']!.rows).toBe(1);
  const place = await openAt(`${url}/2`);
  await expect(place.stamp(markOf())).rejects.toMatchObject(hinted('no-space', /MISCONF/));
  // Otherwise it would not stop: it saves before it ends.
  await connected(url, (client) => client.config('SET', 'save', ''));
});

test('replicas and Sentinel are named, and a replica is no place to restore to', async () => {
  const { url } = await ownServer();
  await connected(url, (client) => client.set('a:1', 'x'));
  const taken = await take(url);
  const { url: target, server } = await ownServer();
  const { url: follower } = await ownServer();
  await connected(follower, async (client) => {
    await client.config('SET', 'masterauth', new URL(target).password);
    await client.call('REPLICAOF', '127.0.0.1', String(server.port));
  });
  await until('it follows', async () =>
    connected(target, async (client) => /slave0:.*state=online/.test(await client.info('replication'))),
  );
  await expect((await openAt(target)).begin(writerOf(), taken.meta)).rejects.toMatchObject(
    hinted('refused', /has replicas.*127\.0\.0\.1:\d+/),
  );
  await expect((await openAt(follower)).begin(writerOf(), taken.meta)).rejects.toMatchObject(
    hinted('refused', /is a replica of 127\.0\.0\.1/),
  );
  const { url: watched } = await ownServer();
  await connected(watched, async (client) => {
    await client.client('SETNAME', 'sentinel-0123abcd-cmd');
    await expect((await openAt(watched)).begin(writerOf(), taken.meta)).rejects.toMatchObject(
      hinted('refused', /Sentinel/),
    );
  });
});

test('an append-only file that was on stays on, and holds what was restored', async () => {
  const { url } = await ownServer();
  await connected(url, (client) => client.set('a:1', 'x'));
  const taken = await take(url);
  const { url: target, server } = await ownServer({ appendonly: 'yes' });
  await restoreAll(target, taken.meta, taken.vault);
  await server.kill();
  await server.restart();
  expect(await connected(target, (client) => client.get('a:1'))).toBe('x');
  expect(await connected(target, (client) => client.config('GET', 'appendonly'))).toContain('yes');
});
