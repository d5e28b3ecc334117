// Rows W2 of docs/coverage.md.
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../src/domain/run.ts';
import { type RunningMinio, startMinio } from '../../src/local/components/minio.ts';
import { type RunningPostgres, startPostgres } from '../../src/local/components/postgres.ts';
import { type RunningTemporal, startTemporal } from '../../src/local/components/temporal.ts';
import { sendMessage } from '../../src/temporal/runs.ts';
import { type CountingProxy, openCountingProxy } from './counting-proxy.ts';
import { dataStep, openScene, query, type Scene, type WorkerProcess, walk } from './scene.ts';

const target = 'shop-db';
const schema = `
  CREATE TABLE orders (id int PRIMARY KEY, payload text NOT NULL);
  INSERT INTO orders SELECT n, (SELECT string_agg(encode(sha512(convert_to(random()::text || n || k, 'UTF8')), 'hex'), '') FROM generate_series(1, 15) k)
    FROM generate_series(1, 30000) n;`;
const contentOf = (url: string) =>
  query(url, 'SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids, sum(hashtext(payload)) AS sum FROM orders');

const makeBucket = async ({ endpoint, region, accessKeyId, secretAccessKey }: RunningMinio): Promise<void> => {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'vault' }));
  client.destroy();
};

describe('a restore outlives', () => {
  const servers = new AsyncDisposableStack();
  let scene: Scene;
  let proxy: CountingProxy;
  let worker: WorkerProcess;
  let original: unknown;
  let setBytes: number;
  let postgres: RunningPostgres;
  let minio: RunningMinio;
  let temporal: RunningTemporal;

  beforeAll(async () => {
    postgres = servers.use(await startPostgres());
    minio = servers.use(await startMinio());
    temporal = servers.use(await startTemporal({ durable: true }));
    await makeBucket(minio);
    scene = await openScene({
      endpointOf: async (endpoint) => {
        proxy = servers.use(await openCountingProxy(endpoint));
        return proxy.endpoint;
      },
      servers: async () => ({
        postgres,
        minio: { ...minio, bucket: 'vault' },
        temporal: { address: temporal.address, namespace: 'default' },
      }),
    });
    await query(scene.primaryUrl, schema);
    original = await contentOf(scene.primaryUrl);
    worker = await scene.startWorker();
    expect((await walk(scene, 'backupEstate', { mode: 'live' })).result.outcome).toBe('succeeded');
    setBytes = (await scene.world.vault.sets(target))[0]!.storedBytes;
  });

  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    await servers.disposeAsync();
  });

  /** Restores the set on a scratch place; half-way `strike` happens, and what it resolves to may last. */
  const restoreThrough = async (name: string, strike: () => Promise<void>): Promise<void> => {
    let isStruck = false;
    proxy.holdAt(proxy.bytes() + setBytes / 2, () => {
      isStruck = true;
      return strike();
    });
    const run = `drill/${name}`;
    let content: unknown = null;
    let isHeld = false;
    /** The copy is looked at while the run is held after its data: a drill is soon over, and its copy gone. */
    const look = async (status: Status): Promise<void> => {
      const step = dataStep(status);
      if (step === undefined || content !== null) return;
      const data = status.steps.find(({ id }) => id === step.id)?.state;
      if (!isHeld && data === 'running') {
        isHeld = await sendMessage(scene.client, run, 'hold', { why: 'a look at the copy' }).then(
          () => true,
          () => false,
        );
      }
      if (status.state !== 'held' || data !== 'done') return;
      content = await contentOf(await scene.world.providers.database.url(step.site.place)).catch(() => null);
      if (content !== null) await sendMessage(scene.client, run, 'resume', {});
    };
    const { result } = await walk(scene, 'runDrill', { target, mode: 'drill' }, { run, look, withinMs: 300_000 });
    expect(isStruck).toBe(true);
    expect(result.outcome).toBe('succeeded');
    expect(content).toEqual(original);
  };

  test('the death of the only worker, started again later', async () => {
    await restoreThrough('only-worker', async () => {
      await worker.kill();
      void pause(5_000).then(async () => {
        worker = await scene.startWorker();
      });
    });
  });

  test('a crash of PostgreSQL', async () => {
    await restoreThrough('postgres', async () => {
      await postgres.kill();
      void postgres.restart();
    });
  });

  test('a crash of Temporal', async () => {
    await restoreThrough('temporal', async () => {
      await temporal.kill();
      void pause(3_000).then(() => temporal.restart());
    });
  });

  test('a vault that is gone for 20 s', async () => {
    await restoreThrough('vault', async () => {
      await minio.kill();
      void pause(20_000).then(() => minio.restart());
    });
  });
});
