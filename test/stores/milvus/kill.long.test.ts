import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { stages } from '../../../src/domain/words.ts';
import { milvus } from '../../../src/stores/milvus/index.ts';
import { until } from '../../support/until.ts';
import { writerOf } from '../conformance/bench.ts';
import { done, freshPlace, type MilvusLab, milvusLab } from './lab.ts';
import { bring, openMilvus, take } from './move.ts';

let lab: MilvusLab;
beforeAll(async () => {
  lab = await milvusLab();
});
afterAll(() => lab?.[Symbol.asyncDispose]());

const dim = 384;

/** Several streams of rows with keys of their own, and a collection whose keys the server makes. */
const fill = async (prefix: string): Promise<void> => {
  const vector = (n: number): number[] => Array.from({ length: dim }, (_, at) => Math.fround(Math.sin(n + at)));
  for (const autoID of [false, true]) {
    const collection_name = `${prefix}${autoID ? 'auto' : 'docs'}`;
    const fields = [
      { name: 'id', data_type: 'Int64', is_primary_key: true, autoID },
      { name: 'n', data_type: 'Int64' },
      { name: 'vector', data_type: 'FloatVector', dim },
    ];
    await done(lab.client.createCollection({ collection_name, fields } as never));
    for (let at = 0; at < (autoID ? 1_000 : 7_000); at += 1_000) {
      const data = Array.from({ length: 1_000 }, (_, n) => ({
        ...(autoID ? {} : { id: at + n }),
        n: at + n,
        vector: vector(at + n),
      }));
      await done(lab.client.insert({ collection_name, data }));
    }
    const index = { index_type: 'HNSW', metric_type: 'COSINE', params: { M: 8, efConstruction: 32 } } as const;
    await done(lab.client.createIndex({ collection_name, field_name: 'vector', ...index } as never));
    await done(lab.client.loadCollectionSync({ collection_name }));
  }
};

test('a restoring process that is killed is taken up by another one, and nothing lands twice', async () => {
  const from = freshPlace(lab.url);
  await fill(from.prefix);
  const taken = await take(from.url);
  const { meta, fingerprint } = taken.snapshot;
  const folder = await mkdtemp(join(tmpdir(), 'dr-set-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
  for (const [name, bytes] of taken.vault.streams) await writeFile(join(folder, encodeURIComponent(name)), bytes);
  const all = stages.flatMap((stage) => [...milvus.units(meta, stage)]);
  expect(all.length).toBeGreaterThan(7);

  for (const wanted of [1, 4, all.length - 2]) {
    const to = freshPlace(lab.url);
    const by = writerOf();
    const place = await openMilvus(to.url);
    await place.begin(by, meta);
    const args = [join(import.meta.dirname, 'restore-child.ts'), folder, to.url, JSON.stringify(by)];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    const ended = once(child, 'exit');
    await until(`${wanted} of ${all.length} units`, async () => (await place.ledger(by)).size >= wanted, 60_000);
    child.kill('SIGKILL');
    await ended;
    const left = await bring(to.url, taken, by);
    expect(await left.ledger(by)).toEqual(new Set(all.map(({ id }) => id)));
    const { expected, found } = await left.prove(by, meta, fingerprint);
    expect(compareFingerprints(expected, found), `killed after ${wanted} units`).toEqual([]);
    await left.end(by);
  }
});
