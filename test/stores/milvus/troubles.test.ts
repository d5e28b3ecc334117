import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { milvus } from '../../../src/stores/milvus/index.ts';
import { memoryVault } from '../../support/memory-vault.ts';
import { throughJson, workOf, writerOf } from '../conformance/bench.ts';
import { done, freshPlace, type MilvusLab, milvusLab } from './lab.ts';
import { bring, openMilvus, take } from './move.ts';
import { type TroubledServer, troubledServer } from './troubled-server.ts';

const hint = expect.stringMatching(/\w/);

describe('a server in trouble', () => {
  let lab: MilvusLab;
  let wire: TroubledServer;
  beforeAll(async () => {
    lab = await milvusLab();
    wire = await troubledServer(lab.url);
  });
  beforeEach(() => {
    wire.troubles.length = 0;
  });
  afterAll(async () => {
    wire?.stop();
    await lab?.[Symbol.asyncDispose]();
  });

  const vector = (n: number, dim: number): number[] =>
    Array.from({ length: dim }, (_, at) => Math.fround(Math.sin(n * 7 + at)));
  const fill = async (collection_name: string, rows: number, dim = 16): Promise<void> => {
    await done(
      lab.client.createCollection({
        collection_name,
        fields: [
          { name: 'id', data_type: 'Int64', is_primary_key: true },
          { name: 'vector', data_type: 'FloatVector', dim },
        ],
      } as never),
    );
    const data = Array.from({ length: rows }, (_, id) => ({ id, vector: vector(id, dim) }));
    if (rows > 0) await done(lab.client.insert({ collection_name, data }));
    const index = { index_type: 'FLAT', metric_type: 'L2' } as const;
    await done(lab.client.createIndex({ collection_name, field_name: 'vector', ...index }));
    await done(lab.client.loadCollectionSync({ collection_name }));
  };
  const place = async (rows = 20): Promise<string> => {
    const { url, prefix } = freshPlace(wire.url);
    await fill(`${prefix}docs`, rows);
    return url;
  };

  test('wrong credentials are named, and never shown', async () => {
    const { url } = freshPlace(wire.url);
    for (const does of [
      { grpc: 16, says: 'auth check failure, please check username and password are correct' },
      { grpc: 2, says: 'Unauthenticated: invalid token s3cret-word' },
    ]) {
      wire.troubles.push({ method: 'GetVersion', times: 1, does });
      const error = await milvus.open(url, workOf()).catch((caught: Error) => caught);
      expect(error).toMatchObject({ kind: 'no-permission', hint });
      wire.troubles.length = 0;
    }
    const gone = await milvus
      .open('milvus://someone:s3cret-word@127.0.0.1:1', workOf())
      .catch((caught: Error) => caught);
    expect(gone).toMatchObject({ kind: 'unreachable', hint });
    expect(`${gone} ${JSON.stringify(gone)}`).not.toContain('s3cret-word');
  });

  test('rights that are missing are named one by one', async () => {
    const open = await openMilvus(await place());
    const denied = { code: 2200, reason: 'permission deny: collection docs' };
    wire.troubles.push(
      { method: 'DescribeIndex', times: 1, does: { status: denied } },
      { method: 'GetLoadState', times: 1, does: { grpc: 7, says: 'PrivilegeGetLoadState: permission deny' } },
    );
    const { missingPermissions } = await open.inspect();
    expect(missingPermissions).toHaveLength(2);
    expect(missingPermissions.join()).toMatch(/DescribeIndex.*GetLoadState/s);
  });

  test('a server older than the set is refused before anything is changed', async () => {
    const taken = await take(await place());
    const { url } = freshPlace(wire.url);
    wire.troubles.push({ method: 'GetVersion', times: 1, does: { version: 'v2.4.9' } });
    const to = await openMilvus(url);
    const meta = { ...throughJson(taken.snapshot.meta), version: 'v2.5.1' };
    wire.calls.length = 0;
    await expect(to.begin(writerOf(), meta)).rejects.toMatchObject({ kind: 'too-old', hint });
    expect(wire.calls.filter((call) => /Create|Insert|Upsert|Delete/.test(call))).toEqual([]);
  });

  test('fields that the server cannot have are refused before anything is changed, each by name', async () => {
    const { snapshot } = await take(await place());
    const meta = throughJson(snapshot.meta);
    const [docs] = meta.collections;
    const strange = { ...docs!.schema.fields[1]!, name: 'half', data_type: 'Float16Vector' };
    const newer = { ...docs!.schema.fields[1]!, name: 'later', data_type: 'Hologram' };
    const schema = { ...docs!.schema, fields: [...docs!.schema.fields, strange, newer] };
    const to = await openMilvus(freshPlace(wire.url).url);
    wire.calls.length = 0;
    await expect(to.begin(writerOf(), { ...meta, collections: [{ ...docs!, schema }] })).rejects.toMatchObject({
      kind: 'not-supported',
      message: expect.stringMatching(/docs\.half \(Float16Vector\).*docs\.later \(Hologram\)/),
    });
    expect(wire.calls.filter((call) => /Create|Insert|Upsert|Delete/.test(call))).toEqual([]);
  });

  test('throttling is waited out, and nothing is lost or doubled', async () => {
    const taken = await take(await place(50));
    const limited = {
      code: 8,
      reason: 'rate limit exceeded[rate=0]: request is rejected by grpc RateLimiter middleware',
    };
    wire.troubles.push(
      { method: 'Insert', times: 3, does: { status: limited } },
      { method: 'Query', times: 2, does: { grpc: 8, says: 'rate limit exceeded' } },
      { method: 'CreateCollection', times: 2, does: { status: limited, isBare: true } },
    );
    const to = await bring(freshPlace(wire.url).url, taken);
    expect(wire.troubles.every(({ times }) => times === 0)).toBe(true);
    expect(compareFingerprints(taken.snapshot.fingerprint, await to.fingerprint({}))).toEqual([]);
  });

  test('a full disk is no-space, without a row in the message', async () => {
    const taken = await take(await place());
    const full = {
      code: 9,
      reason: 'quota exceeded[reason=disk quota exceeded, please allocate more resources] "a row"',
    };
    wire.troubles.push({ method: 'Insert', times: 1, does: { status: full } });
    const error = await bring(freshPlace(wire.url).url, taken).catch((caught: Error) => caught);
    expect(error).toMatchObject({ kind: 'no-space', hint });
    expect(String(error)).not.toContain('a row');
  });

  test('a unit whose answers were lost is applied once more, and no row is there twice', async () => {
    const taken = await take(await place(300));
    const { url } = freshPlace(wire.url);
    const by = writerOf();
    wire.troubles.push({ method: 'Insert', times: 1, does: { grpc: 14, says: 'transport is closing' } });
    await expect(bring(url, taken, by)).rejects.toMatchObject({ kind: 'unreachable' });
    wire.calls.length = 0;
    const to = await bring(url, taken, by);
    expect(wire.calls).not.toContain('Insert');
    expect(compareFingerprints(taken.snapshot.fingerprint, await to.fingerprint({}))).toEqual([]);
  });

  test('a collection that is dropped while it is backed up is named', async () => {
    const { url, prefix } = freshPlace(wire.url);
    await fill(`${prefix}docs`, 300, 2048);
    const open = await openMilvus(url);
    const drop = () => done(lab.client.dropCollection({ collection_name: `${prefix}docs` }));
    wire.troubles.push({ method: 'Query', skip: 2, times: 1, does: { first: drop } });
    await expect(open.snapshot(memoryVault(1 << 20), {})).rejects.toMatchObject({
      kind: 'missing',
      message: expect.stringContaining('"docs"'),
      hint,
    });
  });

  test('rows that only the server counts are said: Milvus shows one row of each key', async () => {
    const open = await openMilvus(await place(10));
    wire.troubles.push({ method: 'Query', times: 1, does: { count: 12 } });
    wire.troubles.push({ method: 'Query', skip: 1, times: 1, does: { count: 12 } });
    const { leftOut, fingerprint } = await open.snapshot(memoryVault(), {});
    expect(leftOut).toEqual([expect.stringMatching(/^2 rows of "docs" with the primary key of another/)]);
    expect(fingerprint.objects.docs?.rows).toBe(10);
  });
});
