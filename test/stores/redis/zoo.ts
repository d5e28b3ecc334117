import type { Redis } from 'ioredis';

const soon = (): number => Date.now() + 3_600_000;

/** Keys of every type in every form that the server keeps them in, small ones and large ones. */
export const fillZoo = async (redis: Redis): Promise<void> => {
  const set = (name: string, value: string | number) => redis.config('SET', name, String(value));
  await redis.mset('string:text', 'ünïcødé 雪', 'string:empty', '', 'string:int8', '-5', 'string:int16', '3000');
  await redis.mset('string:int32', '-2000000000', 'string:int64', '9007199254740993', 'string:zeros', '007');
  await redis.set('string:packed', 'abc'.repeat(5_000));
  await redis.set('string:large', Buffer.alloc(300_000, 'not the same \u0000 every time'));
  await redis.set(Buffer.from([0xff, 0x00, 0x0a, 0x3a, 0xfe]), Buffer.from([0, 255, 10, 13]));
  await redis.set('no colon', '1');
  await redis.set('', 'the empty key');
  await redis.set(`packed:${'k'.repeat(400)}`, 'a key that is packed');
  await redis.set('12345', 'a key that is a number');
  await redis.set('expires:soon', 'x', 'PXAT', soon());
  await redis.hset('expires:hash', { a: '1' });
  await redis.pexpireat('expires:hash', soon() + 123);

  for (const form of ['packed', 'open'] as const) {
    const isPacked = form === 'packed';
    await set('hash-max-listpack-entries', isPacked ? 512 : 1);
    await set('zset-max-listpack-entries', isPacked ? 512 : 1);
    await set('set-max-intset-entries', isPacked ? 512 : 1);
    await set('list-max-listpack-size', isPacked ? -2 : 2);
    await redis.hset(`hash:${form}`, {
      one: '1',
      minus: '-70000',
      text: 'é'.repeat(40),
      empty: '',
      big: '99999999999',
    });
    await redis.zadd(`zset:${form}`, 1, 'a', -2.5, 'b', 'inf', 'c', '-inf', 'd', 3e-7, 'e', 1, '17', -0, 'zero');
    await redis.sadd(`set:numbers:${form}`, 1, -70_000, 5_000_000_000, 12);
    await redis.sadd(`set:${form}`, 'a', 'b', '3', 'ü');
    await redis.rpush(`list:${form}`, 'a', '1', '-300', 'a', '', 'x'.repeat(70), '8589934592', 'y'.repeat(5_000));
  }
  await set('list-max-listpack-size', 3);
  await set('list-compress-depth', 1);
  await redis.rpush('list:compressed', ...Array.from({ length: 200 }, (_, n) => `${'same '.repeat(20)}${n % 3}`));
  await redis.rpush('list:plain', 'z'.repeat(20_000), 'small');

  await redis.xgroup('CREATE', 'stream:empty', 'readers', '$', 'MKSTREAM');
  for (let n = 1; n <= 250; n += 1) {
    const fields = n % 5 === 0 ? ['other', String(n), 'more', 'x'] : ['item', `tea ${n}`, 'count', String(n)];
    await redis.xadd('stream:full', `${1_000 + n}-${n % 3}`, ...fields);
  }
  await redis.xdel('stream:full', '1007-1', '1008-2');
  await redis.xgroup('CREATE', 'stream:full', 'billing', '0');
  await redis.xgroup('CREATE', 'stream:full', 'mail', '1010-0');
  await redis.xgroup('CREATECONSUMER', 'stream:full', 'mail', 'idle one');
  await redis.xreadgroup('GROUP', 'billing', 'anna', 'COUNT', 7, 'STREAMS', 'stream:full', '>');
  await redis.xreadgroup('GROUP', 'billing', 'bert', 'COUNT', 3, 'STREAMS', 'stream:full', '>');
  await redis.xack('stream:full', 'billing', '1001-1', '1003-0');
  await redis.pfadd('hyperloglog:1', 'a', 'b', 'c');
  await redis.setbit('bits:1', 1_000, 1);
  await redis.geoadd('geo:1', 13.4, 52.5, 'berlin');
};

/** What a stream is to those who read it, beyond its entries. */
export const groupsOf = async (redis: Redis, key: string): Promise<unknown> => {
  const full = JSON.parse(JSON.stringify(await redis.call('XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'))) as unknown[];
  const timesOfSight = /^(seen-time|active-time|radix-tree-keys|radix-tree-nodes)$/;
  const without = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    return value.flatMap((one, n) => {
      if (n % 2 === 0 && timesOfSight.test(String(one))) return [];
      if (n % 2 === 1 && timesOfSight.test(String(value[n - 1]))) return [];
      return [without(one)];
    });
  };
  return without(full);
};
