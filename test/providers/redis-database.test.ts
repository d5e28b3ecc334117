import { describe, expect, onTestFinished, test } from 'vitest';
import type { PlaceSpec } from '../../src/domain/words.ts';
import { redisDatabase } from '../../src/providers/redis-database.ts';
import { connected, startServer, wholeOf } from '../stores/redis/lab.ts';
import { databaseConformance, resolver } from './conformance.ts';

const fill = (url: string): Promise<unknown> => connected(url, (redis) => redis.set('orders:1', 'tea'));
const isFilled = (url: string): Promise<boolean> =>
  connected(url, async (redis) => (await redis.exists('orders:1')) === 1);

databaseConformance({
  kind: 'redis',
  make: redisDatabase,
  start: async () => {
    const server = await startServer({ appendonly: 'no' });
    return {
      server: `${wholeOf(server.url)}/*`,
      fill: async (url) => void (await fill(url)),
      isFilled,
      linger: async (url) => {
        const { Redis } = await import('ioredis');
        const redis = new Redis(url, { retryStrategy: () => null });
        redis.on('error', () => {});
        await redis.ping();
        return {
          async [Symbol.asyncDispose]() {
            redis.disconnect();
          },
        };
      },
      stop: () => server.stop(),
    };
  },
});

describe('a whole server for one place', () => {
  const placeOf = (database: string): PlaceSpec => ({
    id: `cache/beside-${database}`,
    target: 'cache',
    kind: 'redis',
    role: 'beside',
    provider: 'database',
    server: 'env:SERVER',
    database,
  });

  const start = async () => {
    const server = await startServer({ appendonly: 'no' });
    onTestFinished(() => server.stop());
    const url = wholeOf(server.url);
    return { url, provider: redisDatabase(resolver({ 'env:SERVER': url })) };
  };

  test('is the place that claimed it, until it is discarded with everything in it', async () => {
    const { url, provider } = await start();
    const [one, two] = [placeOf('one'), placeOf('two')];
    await provider.provide(one);
    await provider.provide(one);
    expect(await provider.url(one)).toBe(url);
    await expect(provider.provide(two)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/claimed for another place/),
    });
    await provider.discard(two);
    await fill(`${url}/5`);
    await provider.discard(one);
    expect(await isFilled(`${url}/5`)).toBe(false);
    expect(await provider.describe(one)).toBe('absent');
    await provider.provide(two);
  });

  test('is refused when anything is in it, and nothing of that is touched', async () => {
    const { url, provider } = await start();
    await fill(`${url}/7`);
    await expect(provider.provide(placeOf('one'))).rejects.toMatchObject({ kind: 'refused' });
    await provider.discard(placeOf('one'));
    expect(await isFilled(`${url}/7`)).toBe(true);
  });

  test('databases that run out are said to', async () => {
    const server = await startServer({ appendonly: 'no', databases: '2' });
    onTestFinished(() => server.stop());
    const provider = redisDatabase(resolver({ 'env:SERVER': `${wholeOf(server.url)}/*` }));
    await fill(`${wholeOf(server.url)}/0`);
    await provider.provide(placeOf('one'));
    await expect(provider.provide(placeOf('two'))).rejects.toMatchObject({ kind: 'no-space' });
    expect(await isFilled(`${wholeOf(server.url)}/0`)).toBe(true);
  });
});
