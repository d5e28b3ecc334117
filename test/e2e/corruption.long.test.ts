// Rows C3 C6 D5 of docs/coverage.md.
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../src/local/components/postgres.ts';
import { resolvePostgres15 } from '../../src/local/components/postgres-15.ts';
import type { Report } from '../../src/report/report.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { readStatus, sendMessage, startRun } from '../../src/temporal/runs.ts';
import { freshBucket, freshNamespace, pgBin } from '../support/servers.ts';
import type { SharedMinio } from '../support/shared-servers.ts';
import { until } from '../support/until.ts';
import { type Ended, openScene, query, type Scene, walk } from './scene.ts';

const work = { signal: new AbortController().signal, beat: () => {}, parallel: 2 };
const target = 'shop-db';
const runbook = 'recoverPostgresCorruption';

const schema = `
  CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
  CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers, at timestamptz, note text);
  CREATE INDEX orders_by_customer ON orders (customer, at DESC);
  INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 300) n;
  INSERT INTO orders SELECT n, 1 + n % 300, now() - n * interval '1 second', md5(n::text) FROM generate_series(0, 20000) n;`;

const checks = [
  { kind: 'objects', names: ['public.customers', 'public.orders'] },
  {
    kind: 'orphans',
    child: 'public.orders',
    columns: ['customer'],
    parent: 'public.customers',
    parentColumns: ['id'],
  },
  {
    kind: 'columns',
    of: 'public.orders',
    columns: { at: 'timestamp with time zone', id: { type: 'integer', notNull: true } },
  },
  { kind: 'index', of: 'public.orders', keys: ['customer', { column: 'at', order: 'desc' }] },
  { kind: 'newestRow', of: 'public.orders', column: 'at', within: '10m' },
  {
    kind: 'sql',
    says: 'every order has a note',
    query: 'SELECT FROM public.orders WHERE note IS NULL',
    expect: { rows: 'empty' },
  },
];

/** What the tables say, by a way that shares nothing with the product's own fingerprints. */
const contentOf = (url: string) =>
  query(
    url,
    `SELECT (SELECT md5(string_agg(o::text, '|' ORDER BY id)) FROM orders o) AS orders,
            (SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM customers c) AS customers`,
  );

const writeCanaries = async (scene: Scene, url: string, from: number, to: number): Promise<void> => {
  await using place = await postgres.open(url, work);
  for (let seq = from; seq <= to; seq += 1) {
    await scene.world.vault.canaries.acknowledge(target, [await place.can.canary!.write(seq)]);
  }
};

/** A bit turns in the middle of a page on disk, while the server is down; every page carries a checksum. */
const corrupt = async (server: RunningPostgres, url: string, table: string): Promise<void> => {
  const [row] = await query<{ path: string }>(url, 'SELECT pg_relation_filepath($1::regclass) AS path', [table]);
  await query(url, 'CHECKPOINT');
  await server.kill();
  const file = await openFile(join(server.dataDir, row!.path), 'r+');
  const at = 2 * 8192 + 5000;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  buffer[0]! ^= 1;
  await file.write(buffer, 0, 1, at);
  await file.close();
  await server.restart();
};

const bucketOf = ({ endpoint, region, accessKeyId, secretAccessKey, bucket }: SharedMinio & { bucket: string }) => {
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  return {
    chunks: async (): Promise<string[]> => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'chunks/' }));
      return Contents.flatMap(({ Key, Size = 0 }) => (Key === undefined || Size < 20_000 ? [] : [Key]));
    },
    remove: async (key: string) => void (await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))),
  };
};

const reportOf = async ({ world }: Scene, run: string): Promise<Report> =>
  JSON.parse(Buffer.from(await world.vault.runs.read(run, 'report.json')).toString());

describe('a PostgreSQL with a corrupted page, and a newest set with a missing chunk', () => {
  const servers = new AsyncDisposableStack();
  let scene: Scene;
  let primary: RunningPostgres;
  let beside: RunningPostgres;
  let before: unknown;
  let good: string;
  let asked: string;
  let inService: unknown;
  let drilled: Ended;
  let recovered: Ended;

  /** Starts on the newest set, and aborts once it asks what to do. @returns the failure it asked with */
  const meetDamage = async (): Promise<string> => {
    const { client } = scene;
    const { workflowId: run } = await startRun(client, runbook, { target, mode: 'live' });
    await until('the run asks', async () => (await readStatus(client, run)).state === 'asking', 60_000);
    const status = await readStatus(client, run);
    expect(status.plan!.sets[0]!.id).not.toBe(good);
    await sendMessage(client, run, 'abort', { why: 'start again with the set it names' });
    await until('it is aborted', async () => (await readStatus(client, run)).state === 'ended', 60_000);
    return status.steps.find(({ id }) => id === 'prove-set')?.failure ?? 'nothing';
  };

  beforeAll(async () => {
    const bin = await resolvePostgres15({ say: () => {} });
    primary = servers.use(await startPostgres({ bin, initdb: ['--data-checksums'], say: () => {} }));
    beside = servers.use(await startPostgres({ bin, initdb: ['--data-checksums'], say: () => {} }));
    const minio = await freshBucket('corruption');
    scene = await openScene({
      servers: async () => ({
        postgres: { url: primary.url, bin: await pgBin(), beside: beside.url },
        minio,
        temporal: await freshNamespace('corruption'),
      }),
      more: { checks },
    });
    await scene.startWorker();
    await query(scene.primaryUrl, schema);
    await writeCanaries(scene, scene.primaryUrl, 1, 5);
    before = await contentOf(scene.primaryUrl);
    await walk(scene, 'backupEstate', { mode: 'live' });
    good = (await scene.world.vault.sets(target))[0]!.manifest.set;

    const bucket = bucketOf(minio);
    const chunks = await bucket.chunks();
    await query(scene.primaryUrl, `UPDATE orders SET note = md5(note)`);
    await writeCanaries(scene, scene.primaryUrl, 6, 8);
    await walk(scene, 'backupEstate', { mode: 'live', incident: 'second' });
    const [only] = (await bucket.chunks()).filter((key) => !chunks.includes(key));
    await bucket.remove(only!);

    await corrupt(primary, scene.primaryUrl, 'orders');
    const impactAt = new Date().toISOString();
    await expect(contentOf(scene.primaryUrl)).rejects.toThrow('invalid page in block 2');
    asked = await meetDamage();
    inService = [await scene.servedUrl(), await scene.world.vault.bindings.current(target)];
    drilled = await walk(scene, runbook, { target, mode: 'drill', set: good });
    inService = [inService, [await scene.servedUrl(), await scene.world.vault.bindings.current(target)]];
    recovered = await walk(scene, runbook, {
      target,
      mode: 'live',
      set: good,
      impactAt,
      declaredAt: impactAt,
      by: 'starter',
      code: scene.codeOf('starter'),
    });
  }, 240_000);

  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    await servers.disposeAsync();
  });

  test('is not recovered from the damaged set: the run stops before it makes anything, and names the one before', () => {
    expect(asked).toMatch(/damaged in \d+ places?: data\//);
    expect(asked).toContain(`start again with {"set":"${good}"}`);
  });

  test('is drilled from the good set: proven, checked, cleaned up, nothing in service moved', async () => {
    expect(drilled.result.outcome).toBe('succeeded');
    const [earlier, later] = inService as [unknown, unknown];
    expect(later).toEqual(earlier);
    const report = await reportOf(scene, drilled.run);
    expect(report.equality).toMatchObject([{ isEqual: true }]);
    expect(report.checks[0]!.rows.map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'green'));
  });

  test('is back on another server, equal by our own count, and serves its users', async () => {
    expect(recovered.result).toMatchObject({ outcome: 'succeeded', verdicts: { rto: 'met' } });
    const url = await scene.servedUrl();
    expect(new URL(url).port).toBe(String(beside.port));
    expect(await contentOf(url)).toEqual(before);
    expect(await scene.world.vault.bindings.current(target)).toMatchObject({ epoch: 2, by: recovered.run });
    expect(await scene.world.vault.places.leftovers()).toEqual([]);
    expect(await scene.world.vault.leases.of(target)).toEqual([]);
  });

  test('was read whole before users were moved: every check green, every page and index entry read', async () => {
    const { steps } = recovered.status;
    const ended = (id: string): number => Date.parse(steps.find((step) => step.id === id)!.endedAt!);
    const order = ['prove-set', 'provide', 'compare', 'checks', 'fence', 'switch', 'measure-loss'].map(ended);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    const { checks: tables, checklist } = await reportOf(scene, recovered.run);
    const rows = tables[0]!.rows;
    expect(rows.map(({ check, state }) => [check, state])).toEqual([
      ...checks.map(({ kind }) => [kind, 'green']),
      ['integrity', 'green'],
      ['integrity', 'green'],
    ]);
    expect(rows.at(-2)!.found).toMatch(/^\d{3} tables and indexes read$/);
    expect(checklist).toContainEqual(expect.objectContaining({ item: 'checks of the estate green', state: 'yes' }));
  });

  test('has its loss measured, and says what the corrupted place does not let count', async () => {
    const { loss, findings } = await reportOf(scene, recovered.run);
    expect(loss.targets[0]!.loss).toMatchObject({
      rows: null,
      proven: { missing: 3, holes: [], unknown: [], newestPresent: { seq: 5 }, lastAcknowledged: { seq: 8 } },
    });
    expect(findings.map(({ says }) => says).join('\n')).toMatch(
      /rows lost with shop-db\/primary are not counted: .*invalid page/,
    );
  });

  test('leaves the old place fenced, as evidence', async () => {
    await using old = await postgres.open(scene.primaryUrl, work);
    expect(await old.can.fence!.isFenced()).toBe(true);
  });
});
