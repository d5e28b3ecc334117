import { beforeAll, describe, expect, test } from 'vitest';
import { milvusAlias } from '../../src/switches/milvus-alias.ts';
import { done, freshPlace, type MilvusLab, milvusLab } from '../stores/milvus/lab.ts';

/** Y8: users are led to a collection by an alias. */
describe('an alias of Milvus', () => {
  let lab: MilvusLab;
  beforeAll(async () => {
    lab = await milvusLab();
    return () => lab[Symbol.asyncDispose]();
  });

  const one = (alias: string) => milvusAlias({ alias, collection: 'docs' });

  /** Two places, each with its own row, and an alias to the first. */
  const places = async () => {
    const [from, to] = [freshPlace(lab.url), freshPlace(lab.url)];
    for (const [n, { prefix }] of [from, to].entries()) {
      const collection_name = `${prefix}docs`;
      const fields = [
        { name: 'id', data_type: 'Int64', is_primary_key: true },
        { name: 'vector', data_type: 'FloatVector', dim: 2 },
      ];
      await done(lab.client.createCollection({ collection_name, fields } as never));
      await done(lab.client.insert({ collection_name, data: [{ id: n, vector: [n, 1] }] }));
      const index = { index_type: 'FLAT', metric_type: 'L2' } as const;
      await done(lab.client.createIndex({ collection_name, field_name: 'vector', ...index }));
      await done(lab.client.loadCollectionSync({ collection_name }));
    }
    const alias = `users_${from.prefix}docs`;
    await done(lab.client.createAlias({ alias, collection_name: `${from.prefix}docs` }));
    const found = async (): Promise<unknown> => {
      const { data } = await done(
        lab.client.query({ collection_name: alias, filter: 'id >= 0', output_fields: ['id'] }),
      );
      return data.map(({ id }) => id);
    };
    return { from, to, alias, found };
  };

  test('moves from the collection of one place to that of another, again without effect, and back', async () => {
    const { from, to, alias, found } = await places();
    expect(await one(alias).leadsTo(from.url)).toBe(true);
    expect(await one(alias).leadsTo(to.url)).toBe(false);
    expect(await found()).toEqual(['0']);
    await one(alias).set(from.url, to.url);
    await one(alias).set(from.url, to.url);
    expect(await one(alias).leadsTo(to.url)).toBe(true);
    expect(await found()).toEqual(['1']);
    await one(alias).set(to.url, from.url);
    expect(await one(alias).leadsTo(from.url)).toBe(true);
    expect(await found()).toEqual(['0']);
  });

  test('that leads elsewhere, or is not there, is refused and stays', async () => {
    const { from, to, alias, found } = await places();
    const third = freshPlace(lab.url);
    const elsewhere = await one(alias)
      .set(third.url, to.url)
      .catch((caught: Error) => caught);
    expect(elsewhere).toMatchObject({ kind: 'refused', hint: expect.stringMatching(/\w/) });
    expect(await found()).toEqual(['0']);
    await expect(one('nobodys').set(from.url, to.url)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('no such alias'),
    });
    expect(await one('nobodys').leadsTo(from.url)).toBe(false);
    await expect(one(alias).set(from.url, third.url)).rejects.toMatchObject({ kind: 'missing' });
    expect(await one(alias).leadsTo(from.url)).toBe(true);
  });

  test('leads to one server alone, and shows no password', async () => {
    const { from, to, alias } = await places();
    const other = new URL(to.url);
    other.pathname = '/another';
    await expect(one(alias).set(from.url, other.href)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('two databases'),
    });
    await expect(one(alias).set(from.url, 'postgres://a:s3cret-word@one/db')).rejects.toMatchObject({
      kind: 'bad-input',
    });
    const gone = 'milvus://someone:s3cret-word@127.0.0.1:1/default';
    const error = await one(alias)
      .leadsTo(gone)
      .catch((caught: Error) => caught);
    expect(error).toMatchObject({ kind: 'unreachable' });
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('s3cret-word');
  });
});
