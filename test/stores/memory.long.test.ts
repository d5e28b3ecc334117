import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startRedis } from '../../src/local/components/redis.ts';
import { freshFolder, vaultKey } from '../cli/dr.ts';
import { peakOf } from '../cli/peak-of.ts';
import { makeVectors, milvusLab } from './milvus/lab.ts';
import { putRandom } from './mongodb/lab.ts';
import { testServer, withDatabase } from './mongodb/server.ts';
import { connected, wholeOf } from './redis/lab.ts';

const mostMiB = 300;

/** A store with `tens` times a tenth of the data, and an empty place to bring it back to. */
interface Filled {
  kind: string;
  primary: string;
  back: string;
  stop(): Promise<unknown>;
}

/** Collections of 20 MB, with an index each. */
const inMongodb = async (tens: number): Promise<Filled> => {
  const server = await testServer();
  const names = ['from', 'to'].map((role) => `memory_${role}_${randomBytes(4).toString('hex')}`) as [string, string];
  const from = server.client.db(names[0]);
  for (let n = 0; n < tens; n += 1) {
    await putRandom(from, `orders_${n}`, 5_000);
    await from.collection(`orders_${n}`).createIndex({ at: 1 });
  }
  await server.client.db(names[1]).createCollection('dr_runbooks');
  return {
    kind: 'mongodb',
    primary: withDatabase(server.url, names[0]),
    back: withDatabase(server.url, names[1]),
    async stop() {
      for (const name of names) await server.client.db(name).dropDatabase();
      await server.stop();
    },
  };
};

/** 100 000 keys and 40 MB in a tenth. */
const fillRedis = (url: string, tens: number): Promise<void> =>
  connected(url, async (client) => {
    for (let at = 0; at < tens * 100_000; at += 5_000) {
      const pipeline = client.pipeline();
      for (let n = at; n < at + 5_000; n += 1) {
        if (n % 2 === 0) pipeline.set(`session:${n}`, randomBytes(400));
        else pipeline.hset(`cart:${n}`, { user: String(n), payload: randomBytes(300) });
      }
      await pipeline.exec();
    }
  });

const inRedis =
  (database: number | null) =>
  async (tens: number): Promise<Filled> => {
    const [from, to] = await Promise.all([startRedis(), startRedis()]);
    const at = (url: string): string => (database === null ? wholeOf(url) : `${wholeOf(url)}/${database}`);
    await fillRedis(from.url, tens);
    return {
      kind: 'redis',
      primary: at(from.url),
      back: at(to.url),
      stop: () => Promise.all([from.stop(), to.stop()]),
    };
  };

/** 8 MB in a tenth: Milvus Lite looks at every row for every page. */
const inMilvus = async (tens: number): Promise<Filled> => {
  const lab = await milvusLab();
  const at = (prefix: string): string => {
    const url = new URL(lab.url);
    url.searchParams.set('collections', prefix);
    return url.href;
  };
  await makeVectors(lab.client, 'from_docs', tens * 2_000);
  return { kind: 'milvus', primary: at('from_'), back: at('back_'), stop: () => lab[Symbol.asyncDispose]() };
};

const peaksOf = async ({ kind, primary, back }: Filled): Promise<{ snapshot: number; restore: number }> => {
  await using folder = await freshFolder();
  await mkdir(join(folder.path, 'vault'));
  await folder.write(
    'estate.yaml',
    `name: shop\nvault: { kind: folder, path: ./vault, key: env:VAULT_KEY }\ntargets:\n  store: { kind: ${kind}, primary: env:FROM }\n`,
  );
  const start = { cwd: folder.path, env: { FROM: primary, BACK: back, VAULT_KEY: vaultKey } };
  const snapshot = await peakOf(['snapshot', 'store'], start);
  return { snapshot, restore: await peakOf(['restore', 'store/latest', '--to', 'env:BACK', '--yes'], start) };
};

test.skipIf(!existsSync('/proc/self/status')).each([
  ['MongoDB', inMongodb],
  ['Redis, a whole server', inRedis(null)],
  ['Redis, one database', inRedis(0)],
  ['Milvus', inMilvus],
] as const)('a set of %s is taken and brought back in at most 300 MiB', async (name, fill) => {
  const peaks: { snapshot: number; restore: number }[] = [];
  for (const tens of [1, 10]) {
    const filled = await fill(tens);
    try {
      peaks.push(await peaksOf(filled));
    } finally {
      await filled.stop();
    }
  }
  const [small, large] = peaks as [{ snapshot: number; restore: number }, { snapshot: number; restore: number }];
  const says = (['snapshot', 'restore'] as const).map((what) => {
    const growth = (large[what] / small[what]).toFixed(2);
    return `${what} ${Math.round(small[what])} -> ${Math.round(large[what])} MiB (${growth})`;
  });
  console.log(`${name}, ten times the data: ${says.join(', ')}`);
  expect(Math.max(small.snapshot, small.restore, large.snapshot, large.restore)).toBeLessThan(mostMiB);
});
