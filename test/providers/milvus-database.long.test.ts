import { describe, expect, test } from 'vitest';
import type { PlaceSpec } from '../../src/domain/words.ts';
import { milvusDatabase } from '../../src/providers/milvus-database.ts';
import { done, milvusLab } from '../stores/milvus/lab.ts';
import { databaseConformance, resolver } from './conformance.ts';

const prefixOf = (url: string): string => new URL(url).searchParams.get('collections')!;

const nothing = [
  { name: 'id', data_type: 'Int64', is_primary_key: true },
  { name: 'nothing', data_type: 'FloatVector', dim: 2 },
] as const;

databaseConformance({
  kind: 'milvus',
  make: milvusDatabase,
  start: async () => {
    const lab = await milvusLab();
    const { client } = lab;
    return {
      server: lab.url,
      async fill(url) {
        await done(
          client.createCollection({ collection_name: `${prefixOf(url)}filled`, fields: [...nothing] as never }),
        );
        await done(client.createAlias({ collection_name: `${prefixOf(url)}filled`, alias: `${prefixOf(url)}alias` }));
      },
      async isFilled(url) {
        const { value } = await done(client.hasCollection({ collection_name: `${prefixOf(url)}filled` }));
        return value === true;
      },
      stop: () => lab[Symbol.asyncDispose](),
    };
  },
});

describe('provider of milvus databases, beyond the port', () => {
  const specOf = (database: string): PlaceSpec => ({
    id: `vectors/${database}`,
    target: 'vectors',
    kind: 'milvus',
    role: 'beside',
    provider: 'database',
    server: 'env:SERVER',
    database,
  });

  test('collections that somebody else made under the same name are neither used nor removed', async () => {
    await using lab = await milvusLab();
    const { client } = lab;
    const provider = milvusDatabase(resolver({ 'env:SERVER': lab.url }));
    const spec = specOf('theirs');
    const collection_name = `${prefixOf(await provider.url(spec))}docs`;
    await done(client.createCollection({ collection_name, fields: [...nothing] as never }));
    await expect(provider.provide(spec)).rejects.toMatchObject({ kind: 'refused', hint: expect.stringMatching(/\w/) });
    await provider.discard(spec);
    expect((await client.hasCollection({ collection_name })).value).toBe(true);

    const ours = specOf('ours');
    await provider.provide(ours);
    const other = { ...ours, id: 'vectors/another' };
    for (const call of [provider.provide, provider.describe, provider.discard]) {
      await expect(call(other)).rejects.toMatchObject({ kind: 'refused' });
    }

    const inService = `${prefixOf(await provider.url(ours))}docs`;
    await done(client.createCollection({ collection_name: inService, fields: [...nothing] as never }));
    await done(client.createAlias({ collection_name: inService, alias: 'users_docs' }));
    await expect(provider.discard(ours)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('users_docs'),
    });
    expect((await client.hasCollection({ collection_name: inService })).value).toBe(true);
  });

  test('the collections of one place never look like those of another', async () => {
    const provider = milvusDatabase(resolver({ 'env:SERVER': 'milvus://server:19530' }));
    const names = ['a', 'a_', 'a__', 'a__b', 'A', '_a', 'a b', 'a/b', 'ä', '雪', '1', 'd1', 'x'.repeat(300)];
    const prefixes = await Promise.all(names.map(async (name) => prefixOf(await provider.url(specOf(name)))));
    for (const [n, one] of prefixes.entries()) {
      expect(one).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,110}__$/);
      for (const [m, other] of prefixes.entries())
        if (n !== m) expect(one.startsWith(other), `${names[n]}`).toBe(false);
    }
  });

  test('a server that does not answer is unreachable, and its password is not shown', async () => {
    const nowhere = milvusDatabase(resolver({ 'env:SERVER': 'milvus://someone:s3cret-word@127.0.0.1:1' }));
    const error = await nowhere.describe(specOf('x')).catch((caught: Error) => caught);
    expect(error).toMatchObject({ kind: 'unreachable' });
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('s3cret-word');
  });
});
