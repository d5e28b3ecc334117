import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dr, freshFolder } from '../../cli/dr.ts';
import { done, freshPlace, milvusLab } from './lab.ts';

/** Y8, from the command line: nothing of it knows Milvus. */
test('a set is taken, exported as JSON and imported again, restored beside and checked', async () => {
  await using lab = await milvusLab();
  await using folder = await freshFolder();
  const [from, to] = [freshPlace(lab.url), freshPlace(lab.url)];
  const collection_name = `${from.prefix}docs`;
  const fields = [
    { name: 'id', data_type: 'Int64', is_primary_key: true },
    { name: 'vector', data_type: 'FloatVector', dim: 2 },
  ];
  await done(lab.client.createCollection({ collection_name, fields } as never));
  const data = [
    { id: 1, vector: [0.5, 1] },
    { id: 2, vector: [1, 0] },
  ];
  await done(lab.client.insert({ collection_name, data }));
  const index = { index_type: 'HNSW', metric_type: 'L2', params: { M: 8, efConstruction: 32 } } as const;
  await done(lab.client.createIndex({ collection_name, field_name: 'vector', ...index } as never));
  await done(lab.client.loadCollectionSync({ collection_name }));
  await mkdir(join(folder.path, 'vault'));
  await folder.write(
    'estate.yaml',
    `name: shop
region: here
vault: { kind: folder, path: ./vault, key: env:VAULT_KEY }
targets:
  vectors:
    kind: milvus
    primary: env:VECTORS
    scratchServer: env:SERVER
    checks:
      - { kind: objects, names: [docs] }
      - { kind: dimensions, of: docs, column: vector, dimensions: 2 }
      - { kind: index, of: docs, keys: [{ column: vector }], method: HNSW, options: { metric_type: L2, M: 8 } }
      - { kind: search, of: docs, column: vector, key: id, near: { key: 1 }, metric: l2, limit: 1, hits: [1] }
`,
  );
  const env = {
    VAULT_KEY: randomBytes(32).toString('hex'),
    VECTORS: from.url,
    SERVER: lab.url,
    BACK: to.url,
    AGAIN: freshPlace(lab.url).url,
  };
  const run = (...args: string[]) => dr(args, { cwd: folder.path, env });

  const taken = await run('snapshot', 'vectors', '--json');
  expect(taken.code, taken.err).toBe(0);
  const set = String(taken.json().set);

  const exported = await run('export', set, '--format', 'json', '--out', 'docs.json', '--json');
  expect(exported.code, exported.err).toBe(0);
  const document = JSON.parse(await readFile(join(folder.path, 'docs.json'), 'utf8'));
  expect(document.collections).toMatchObject([
    { definition: { name: 'docs' }, rows: data.map((row) => ({ partition: '_default', row })) },
  ]);

  const imported = await run('import', 'docs.json', '--target', 'vectors', '--json');
  expect(imported.code, imported.err).toBe(0);
  expect(imported.json()).toMatchObject({ objects: 1, rows: data.length });
  const again = await run('restore', String(imported.json().set), '--to', 'env:AGAIN', '--yes', '--json');
  expect(again.code, again.err).toBe(0);
  expect(again.json()).toMatchObject({ isEqual: true, rows: data.length });
  expect((await run('sets', 'vectors', '--json')).json().sets).toHaveLength(2);
  const torn = await run('import', 'estate.yaml', '--target', 'vectors');
  expect([torn.code, torn.err]).toEqual([2, expect.stringContaining('not a document of milvus-json-1')]);

  const restored = await run('restore', 'vectors/latest', '--to', 'env:BACK', '--yes', '--json');
  expect(restored.code, restored.err).toBe(0);
  const found = await done(
    lab.client.search({ collection_name: `${to.prefix}docs`, data: [1, 0], anns_field: 'vector', limit: 1 }),
  );
  expect((found.results as unknown as { id: string }[])[0]?.id).toBe('2');

  const checked = await run('check', 'vectors', '--json');
  expect(checked.code, checked.err + checked.out).toBe(0);
});
