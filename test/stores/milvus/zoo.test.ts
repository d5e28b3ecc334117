import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { milvus } from '../../../src/stores/milvus/index.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { workOf, writerOf } from '../conformance/bench.ts';
import { done, freshPlace, type MilvusLab, milvusLab } from './lab.ts';
import { bring, openMilvus, take } from './move.ts';

/** Everything that Milvus Lite has. What it lacks is in `columns.test.ts`. */
describe('a collection of every kind (Y8)', () => {
  let lab: MilvusLab;
  beforeAll(async () => {
    lab = await milvusLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const key = { name: 'id', data_type: 'Int64', is_primary_key: true };
  const vector = { name: 'vector', data_type: 'FloatVector', dim: 3 };
  const make = async (collection_name: string, fields: readonly object[], more: object = {}): Promise<void> => {
    await done(lab.client.createCollection({ collection_name, fields, ...more } as never));
  };
  const index = (collection_name: string, field_name: string, more: object = {}) =>
    done(
      lab.client.createIndex({
        collection_name,
        field_name,
        index_type: 'HNSW',
        metric_type: 'COSINE',
        ...more,
      } as never),
    );
  const load = (collection_name: string) => done(lab.client.loadCollectionSync({ collection_name }));
  const insert = (collection_name: string, data: readonly object[], more: object = {}) =>
    done(lab.client.insert({ collection_name, data, ...more } as never));

  test('types, nulls, defaults, JSON and fields of no schema come back as they were', async () => {
    const [from, to] = [freshPlace(lab.url), freshPlace(lab.url)];
    const name = `${from.prefix}types`;
    await make(
      name,
      [
        { name: 'id', data_type: 'VarChar', is_primary_key: true, max_length: 500 },
        { name: 'flag', data_type: 'Bool', nullable: true },
        { name: 'tiny', data_type: 'Int8' },
        { name: 'small', data_type: 'Int16' },
        { name: 'whole', data_type: 'Int32', nullable: true },
        { name: 'long', data_type: 'Int64' },
        { name: 'real', data_type: 'Float' },
        { name: 'double', data_type: 'Double' },
        { name: 'text', data_type: 'VarChar', max_length: 300, default_value: 'a default' },
        { name: 'json', data_type: 'JSON', nullable: true },
        { name: 'longs', data_type: 'Array', element_type: 'Int64', max_capacity: 8 },
        { name: 'texts', data_type: 'Array', element_type: 'VarChar', max_capacity: 8, max_length: 50 },
        vector,
        { name: 'sparse', data_type: 'SparseFloatVector' },
      ],
      { enable_dynamic_field: true, properties: { timezone: 'Europe/Paris' }, consistency_level: 'Strong' },
    );
    const plain = { flag: null, whole: null, tiny: -128, small: -32_768, real: -0, double: 5e-324, json: null };
    const ids = [
      'plain',
      'a "quoted" one',
      "o'clock",
      'back\\slash',
      'two\nlines',
      'tab\there',
      'ünï 雪 🧊',
      '\u0001',
      ' ',
    ];
    await insert(name, [
      {
        id: 'first',
        flag: true,
        tiny: 127,
        small: 7,
        whole: 2 ** 31 - 1,
        long: '9223372036854775807',
        real: 0.1,
        double: 1 / 3,
        text: 'x',
        json: { b: [1, { c: null }], a: '雪', n: 1e300 },
        longs: ['-9223372036854775808', '5'],
        texts: ['', 'ü'],
        vector: [0.1, -0, 3e38],
        sparse: { 1: 0.5, 4000000000: 0.25 },
        extra: { deep: [true] },
        'with space': 12,
      },
      ...ids.map((id, n) => ({
        ...plain,
        id,
        long: String(n),
        longs: [],
        texts: [],
        vector: [n, n, n],
        sparse: { [n]: 1 },
      })),
    ]);
    await index(name, 'vector', { params: { M: 8, efConstruction: 32 } });
    await index(name, 'sparse', { index_type: 'SPARSE_INVERTED_INDEX', metric_type: 'IP', params: {} });
    await index(name, 'long', { index_type: 'INVERTED', metric_type: undefined });
    await load(name);

    const taken = await take(from.url);
    expect(taken.snapshot.consistency.kind).toBe('fuzzy');
    const [collection] = taken.snapshot.meta.collections;
    expect(collection).toMatchObject({ name: 'types', isLoaded: true, consistency: 'Strong' });
    const by = writerOf();
    const place = await bring(to.url, taken, by);
    const { expected, found } = await place.prove(by, taken.snapshot.meta, taken.snapshot.fingerprint);
    expect(compareFingerprints(expected, found)).toEqual([]);

    const query = { filter: 'id != ""', output_fields: ['*'], limit: 100, consistency_level: 'Strong' } as never;
    const rows = async (collection_name: string) =>
      (await done(lab.client.query({ ...(query as object), collection_name } as never))).data.toSorted((a, b) =>
        a.id < b.id ? -1 : 1,
      );
    expect(await rows(`${to.prefix}types`)).toEqual(await rows(name));
    const described = async (collection_name: string) => {
      const { schema, properties } = await done(lab.client.describeCollection({ collection_name, cache: false }));
      const { index_descriptions } = await done(lab.client.describeIndex({ collection_name }));
      const indexes = index_descriptions.toSorted((a, b) => (a.index_name < b.index_name ? -1 : 1));
      return { schema: { ...schema, name: '' }, properties, indexes };
    };
    expect(await described(`${to.prefix}types`)).toEqual(await described(name));

    const pieces = milvus.json!.write(taken.snapshot.meta, taken.vault, {}, workOf());
    const document = Buffer.concat(await Array.fromAsync(pieces));
    const parsed = JSON.parse(document.toString());
    expect(parsed.collections[0].rows).toHaveLength(10);
    const vault = memoryVault(1 << 20);
    const cut = async function* () {
      for (let at = 0; at < document.length; at += 1_000) yield document.subarray(at, at + 1_000);
    };
    const snapshot = await milvus.json!.read(cut(), vault, workOf());
    expect(compareFingerprints(taken.snapshot.fingerprint, snapshot.fingerprint)).toEqual([]);
    const third = freshPlace(lab.url);
    const again = await bring(third.url, { snapshot, vault });
    expect(compareFingerprints(taken.snapshot.fingerprint, await again.fingerprint({}))).toEqual([]);
    expect(await described(`${third.prefix}types`)).toEqual(await described(name));
    const torn = async function* () {
      yield document.subarray(0, document.length - 20);
    };
    await expect(milvus.json!.read(torn(), memoryVault(), workOf())).rejects.toMatchObject({ kind: 'bad-input' });

    const stream = taken.vault.streams.get('data/0/0')!;
    const file = stream.buffer.slice(stream.byteOffset, stream.byteOffset + stream.byteLength) as ArrayBuffer;
    const read = await parquetReadObjects({ file });
    expect(read.map(({ id }) => id)).toEqual((await rows(name)).map(({ id }) => id));
    const first = read.find(({ id }) => id === 'first')!;
    expect(first).toMatchObject({ long: 9223372036854775807n, texts: ['', 'ü'], tiny: 127, flag: true });
    const shown = (await rows(name)).find(({ id }) => id === 'first')!;
    expect([...(first.vector as number[])]).toEqual(shown.vector);
  });

  test('partitions, rows in them, aliases and what is not loaded', async () => {
    const [from, to] = [freshPlace(lab.url), freshPlace(lab.url)];
    const name = `${from.prefix}docs`;
    await make(name, [key, vector]);
    for (const partition_name of ['old', 'new']) {
      await done(lab.client.createPartition({ collection_name: name, partition_name }));
    }
    const row = (id: number) => ({ id, vector: [id, 1, 1] });
    await insert(name, [row(1), row(2), row(3)]);
    await insert(name, [row(10), row(11)], { partition_name: 'old' });
    await index(name, 'vector');
    for (const alias of [`${from.prefix}current`, `${from.prefix}other`, `outside_${from.prefix}`]) {
      await done(lab.client.createAlias({ collection_name: name, alias }));
    }
    await done(lab.client.releaseCollection({ collection_name: name }));

    const taken = await take(from.url);
    expect(taken.snapshot.leftOut.join()).toContain(`outside_${from.prefix}`);
    expect((await lab.client.getLoadState({ collection_name: name })).state).toBe('LoadStateNotLoad');
    await bring(to.url, taken);
    const there = `${to.prefix}docs`;
    expect((await lab.client.getLoadState({ collection_name: there })).state).toBe('LoadStateNotLoad');
    expect((await done(lab.client.listAliases({ collection_name: there }))).aliases.toSorted()).toEqual(
      [`${to.prefix}current`, `${to.prefix}other`].toSorted(),
    );
    await load(there);
    const inPartition = async (partition: string): Promise<unknown[]> => {
      const { data } = await done(
        lab.client.query({ collection_name: there, filter: 'id > 0', partition_names: [partition], limit: 10 }),
      );
      return data.map(({ id }) => id).toSorted();
    };
    expect(await inPartition('_default')).toEqual(['1', '2', '3']);
    expect(await inPartition('old')).toEqual(['10', '11']);
    expect(await inPartition('new')).toEqual([]);
  });

  test('a key chooses the partition, deleted rows stay deleted, and replaced ones are the newest', async () => {
    const [from, to] = [freshPlace(lab.url), freshPlace(lab.url)];
    const name = `${from.prefix}tenants`;
    await make(name, [key, { name: 'tenant', data_type: 'VarChar', max_length: 20, is_partition_key: true }, vector]);
    await insert(
      name,
      Array.from({ length: 40 }, (_, id) => ({ id, tenant: `t${id % 7}`, vector: [id, 0, 1] })),
    );
    await index(name, 'vector');
    await load(name);
    await done(lab.client.delete({ collection_name: name, filter: 'id in [3, 4, 5]' }));
    await done(lab.client.upsert({ collection_name: name, data: [{ id: 6, tenant: 't6', vector: [9, 9, 9] }] }));
    const taken = await take(from.url);
    expect(taken.snapshot.fingerprint.objects.tenants?.rows).toBe(37);
    await bring(to.url, taken);
    const { data } = await done(
      lab.client.query({
        collection_name: `${to.prefix}tenants`,
        filter: 'id in [3, 4, 5, 6]',
        output_fields: ['vector'],
      }),
    );
    expect(data).toEqual([{ id: '6', vector: [9, 9, 9] }]);
  });

  test('keys that the server makes come back where it takes them, and are said', async () => {
    const [from, to] = [freshPlace(lab.url), freshPlace(lab.url)];
    const name = `${from.prefix}auto`;
    await make(name, [{ ...key, autoID: true }, { name: 'n', data_type: 'Int64' }, vector]);
    await insert(
      name,
      Array.from({ length: 10 }, (_, n) => ({ n, vector: [n, n, 1] })),
    );
    await index(name, 'vector');
    await load(name);
    const taken = await take(from.url);
    expect(taken.snapshot.leftOut.join()).toMatch(/primary keys of "auto"/);
    const place = await bring(to.url, taken);
    expect(compareFingerprints(taken.snapshot.fingerprint, await place.fingerprint({}))).toEqual([]);
    const idsIn = async (collection_name: string) =>
      (await done(lab.client.query({ collection_name, filter: 'n >= 0', output_fields: ['n'], limit: 20 }))).data;
    const byN = (rows: Record<string, unknown>[]) => rows.toSorted((a, b) => Number(a.n) - Number(b.n));
    expect(byN(await idsIn(`${to.prefix}auto`))).toEqual(byN(await idsIn(name)));
  });

  test('what a function computes is left to it', async () => {
    const [from, to] = [freshPlace(lab.url), freshPlace(lab.url)];
    const name = `${from.prefix}texts`;
    await make(
      name,
      [
        key,
        { name: 'text', data_type: 'VarChar', max_length: 200, enable_analyzer: true },
        { name: 'terms', data_type: 'SparseFloatVector', is_function_output: true },
      ],
      {
        functions: [
          { name: 'bm25', type: 'BM25', input_field_names: ['text'], output_field_names: ['terms'], params: {} },
        ],
      },
    );
    await insert(name, [
      { id: 1, text: 'tea and biscuits' },
      { id: 2, text: 'coffee' },
    ]);
    await index(name, 'terms', { index_type: 'SPARSE_INVERTED_INDEX', metric_type: 'BM25', params: {} });
    await load(name);
    const taken = await take(from.url);
    const place = await bring(to.url, taken);
    expect(compareFingerprints(taken.snapshot.fingerprint, await place.fingerprint({}))).toEqual([]);
    const { results } = await done(
      lab.client.search({
        collection_name: `${to.prefix}texts`,
        data: 'biscuits',
        anns_field: 'terms',
        metric_type: 'BM25',
        limit: 1,
      } as never),
    );
    expect((results as { id: string }[]).map(({ id }) => id)).toEqual(['1']);
  });

  test('places that were made inside a database are not of the place around them', async () => {
    const outer = freshPlace(lab.url);
    await make(`${outer.prefix}docs`, [key, vector]);
    await make(`${outer.prefix}beside__dr_place`, [key, vector]);
    await make(`${outer.prefix}beside__docs`, [key, vector]);
    const place = await openMilvus(outer.url);
    expect((await place.inspect()).objects.map(({ name }) => name)).toEqual(['docs']);
  });
});
