import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Check, CheckRow } from '../../../src/domain/checks.ts';
import type { CheckOptions } from '../../../src/stores/port.ts';
import { done, freshPlace, type MilvusLab, milvusLab } from './lab.ts';
import { openMilvus } from './move.ts';

/** Y8, Y12: what can be asked of collections. */
describe('checks of collections', () => {
  let lab: MilvusLab;
  let url: string;
  const uuid = '0e8b5f0c-6c1d-4a7e-9d3a-3c9b0a1d2e3f';
  beforeAll(async () => {
    lab = await milvusLab();
    const place = freshPlace(lab.url);
    url = place.url;
    const collection_name = `${place.prefix}docs`;
    await done(
      lab.client.createCollection({
        collection_name,
        enable_dynamic_field: true,
        fields: [
          { name: 'id', data_type: 'Int64', is_primary_key: true },
          { name: 'doc', data_type: 'VarChar', max_length: 64, nullable: true },
          { name: 'at', data_type: 'Int64' },
          { name: 'day', data_type: 'VarChar', max_length: 40 },
          { name: 'vector', data_type: 'FloatVector', dim: 4, nullable: true },
        ],
      } as never),
    );
    const vector = (n: number): number[] => [Math.cos(n), Math.sin(n), 0, 1];
    const data = Array.from({ length: 30 }, (_, id) => ({
      id,
      doc: id === 7 ? null : id === 8 ? uuid.toUpperCase() : `doc-${id}`,
      at: Date.parse('2026-03-01T00:00:00Z') + id * 60_000,
      day: `2026-03-01T00:${String(id).padStart(2, '0')}:00Z`,
      vector: vector(id / 20),
      owner: id === 9 ? null : id % 3,
    }));
    await done(lab.client.insert({ collection_name, data } as never));
    const hnsw = { index_type: 'HNSW', metric_type: 'COSINE', params: { M: 8, efConstruction: 64 } } as const;
    await done(lab.client.createIndex({ collection_name, field_name: 'vector', ...hnsw } as never));
    await done(lab.client.loadCollectionSync({ collection_name }));
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const ask = async (check: Check, more: Partial<CheckOptions> = {}): Promise<CheckRow> => {
    const { checks } = (await openMilvus(url)).can;
    const [row] = await checks!.run([check], { at: '2026-03-01T00:40:00.000Z', isInService: false, ...more });
    return row!;
  };

  test('fields by name, type and nulls', async () => {
    const of = (name: string, type: string, notNull: boolean): Check => ({
      kind: 'columns',
      of: 'docs',
      columns: [{ name, type, notNull }],
    });
    expect(await ask(of('vector', 'FloatVector(4)', false))).toMatchObject({ state: 'green' });
    expect(await ask(of('id', 'Int64', true))).toMatchObject({ state: 'green' });
    expect(await ask(of('doc', 'VarChar(64)', true))).toMatchObject({ state: 'red', found: 'doc VarChar(64)' });
    expect(await ask(of('vector', 'FloatVector(8)', false))).toMatchObject({ state: 'red' });
    expect(await ask(of('gone', 'Int64', false))).toMatchObject({ state: 'red', found: 'no gone' });
  });

  test('indexes by type and parameters', async () => {
    const of = (method: string, options: Record<string, string | number> = {}, column = 'vector'): Check => ({
      kind: 'index',
      of: 'docs',
      keys: [{ column }],
      isUnique: false,
      method,
      include: [],
      nullsNotDistinct: false,
      options,
    });
    expect(await ask(of('hnsw', { metric_type: 'COSINE', M: 8 }))).toMatchObject({ state: 'green' });
    expect(await ask(of('hnsw', { M: 16 }))).toMatchObject({ state: 'red', found: expect.stringContaining('M 8') });
    expect(await ask(of('flat'))).toMatchObject({ state: 'red' });
    expect(await ask(of('hnsw', {}, 'doc'))).toMatchObject({ state: 'red', found: 'no index on doc' });
  });

  test('dimensions, and vectors that are null', async () => {
    const of = (dimensions: number, nulls: 'allowed' | 'refused' = 'refused'): Check => ({
      kind: 'dimensions',
      of: 'docs',
      column: 'vector',
      dimensions,
      nulls,
    });
    expect(await ask(of(4))).toMatchObject({ state: 'green' });
    expect(await ask(of(8))).toMatchObject({ state: 'red', found: '4 dimensions' });
    expect(await ask({ ...of(4), column: 'doc' } as Check)).toMatchObject({ state: 'red' });
  });

  test('searches find what they should, near a row and near a vector', async () => {
    const of = (near: { key: string } | { vector: number[] }, hits: string[], key = 'id'): Check => ({
      kind: 'search',
      of: 'docs',
      column: 'vector',
      key,
      near,
      metric: 'cosine',
      limit: 3,
      hits,
    });
    expect(await ask(of({ key: '10' }, ['9', '10', '11']))).toMatchObject({ state: 'green' });
    expect(await ask(of({ vector: [1, 0, 0, 1] }, ['0', '1']))).toMatchObject({ state: 'green' });
    expect(await ask(of({ key: 'doc-10' }, ['doc-9', 'doc-11'], 'doc'))).toMatchObject({ state: 'green' });
    expect(await ask(of({ key: '10' }, ['29']))).toMatchObject({ state: 'red', found: '0 of 1 hits among 3' });
    expect(await ask(of({ key: '999' }, ['1']))).toMatchObject({ state: 'red' });
    expect(await ask(of({ vector: [1, 2] }, ['1']))).toMatchObject({ state: 'red', found: 'vector has 4 dimensions' });
  });

  test('the newest row, by a number or by a text', async () => {
    for (const column of ['at', 'day']) {
      const of = (withinMs: number): Check => ({ kind: 'newestRow', of: 'docs', column, withinMs });
      expect(await ask(of(15 * 60_000))).toMatchObject({ state: 'green', found: '2026-03-01T00:29:00.000Z' });
      expect(await ask(of(5 * 60_000))).toMatchObject({ state: 'red' });
    }
  });

  test('orphans, with digests or keys as examples', async () => {
    const of = (columns: string[], parentColumns: string[]): Check => ({
      kind: 'orphans',
      child: 'docs',
      columns,
      parent: 'docs',
      parentColumns,
    });
    expect(await ask(of(['owner'], ['id']))).toMatchObject({ state: 'green' });
    const red = await ask(of(['id'], ['owner']));
    expect(red).toMatchObject({ state: 'red', found: '27 orphans' });
    expect(red.examples?.join()).not.toMatch(/"/);
    expect((await ask(of(['id'], ['owner']), { shows: 'values' })).examples).toContain('["3"]');
  });

  test('keys of every row as texts, those of no schema too', async () => {
    const { checks } = (await openMilvus(url)).can;
    const all: (readonly (string | null)[])[] = [];
    for await (const page of checks!.keys!('docs', ['id', 'doc', 'owner'])) all.push(...page);
    expect(all).toHaveLength(30);
    expect(all).toContainEqual(['7', null, '1']);
    expect(all).toContainEqual(['8', uuid, '2']);
    expect(all).toContainEqual(['9', 'doc-9', null]);
    const gone = async () => {
      for await (const _ of checks!.keys!('gone', ['id'])) break;
    };
    await expect(gone()).rejects.toMatchObject({ kind: 'missing' });
    for await (const _ of checks!.keys!('docs', ['id'])) break;
    expect((await ask({ kind: 'objects', names: ['docs'] })).state).toBe('green');
  });
});
