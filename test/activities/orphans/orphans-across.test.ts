// Rows C3 C5 of docs/coverage.md.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Check } from '../../../src/domain/checks.ts';
import type { Fact } from '../../../src/domain/verbs.ts';
import type { StoreKind } from '../../../src/domain/words.ts';
import { type Json, memoryServer } from '../../../src/memory/server.ts';
import { memory } from '../../../src/stores/memory/index.ts';
import { postgres } from '../../../src/stores/postgres/index.ts';
import { database, sql } from '../../stores/postgres/lab.ts';
import { type Bench, openBench, targetOf } from '../bench.ts';

const across: Check = {
  kind: 'orphans',
  child: 'orders',
  columns: ['vector'],
  parentTarget: 'vectors',
  parent: 'items',
  parentColumns: ['id'],
};

const at = (id: string, kind: StoreKind, ref: string, checks: readonly Check[] = []) =>
  targetOf({
    id,
    kind,
    checks,
    primary: { id: `${id}/primary`, target: id, kind, role: 'primary', provider: 'existing', url: ref },
  });

/** The place `vectors` in memory, with these rows. */
const vectorsOf = (rows: readonly Json[]): string => {
  const url = `memory://vectors-${randomUUID()}`;
  memoryServer.create(url);
  memoryServer.put(url, 'items', rows);
  return url;
};

const benchOf = async (rows: readonly Json[], check: Check = across): Promise<Bench & { vectors: string }> => {
  const vectors = vectorsOf(rows);
  const targets = { 'orders-db': targetOf({ checks: [check] }), vectors: at('vectors', 'memory', 'env:VECTORS') };
  return { ...(await openBench({ targets }, { VECTORS: vectors })), vectors };
};

const failureOf = (promise: Promise<Fact>): Promise<Error> =>
  promise.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: Error) => error,
  );

describe('orphans across stores', () => {
  test('are none where every row is known, and nulls name nothing', async () => {
    const bench = await benchOf([{ id: 1 }, { id: 'a' }]);
    memoryServer.put(bench.primaryUrl, 'orders', [{ vector: 1 }, { vector: 'a' }, { vector: null }, {}]);
    const { checks } = await bench.call('runChecks', { site: bench.primary });
    expect(checks).toMatchObject([{ state: 'green', found: '0 orphans beside vectors/primary' }]);
  });

  test('are red, counted in rows, and told by digests alone', async () => {
    const bench = await benchOf([{ id: 1 }]);
    memoryServer.put(bench.primaryUrl, 'orders', [{ vector: 1 }, { vector: 'ana@example' }, { vector: 'ana@example' }]);
    const failure = await failureOf(bench.call('runChecks', { site: bench.primary }));
    expect(failure.message).toContain(
      'every orders (vector) is in items (id) of vectors: expected 0 orphans, found 2 orphans beside vectors/primary',
    );
    const { details } = failure as Error & { details: unknown[] };
    expect(JSON.stringify(details)).toMatch(/"examples":\["[0-9a-f]{16}"\]/);
    expect(JSON.stringify([failure.message, details])).not.toContain('ana@');
  });

  test('are looked for in the place that the same run restored, where it did', async () => {
    const bench = await benchOf([{ id: 1 }]);
    memoryServer.put(bench.primaryUrl, 'orders', [{ vector: 7 }]);
    const url = vectorsOf([{ id: 7 }]);
    const restored = {
      ...at('vectors', 'memory', 'env:RESTORED').primary,
      id: 'vectors/beside-1',
      role: 'beside',
    } as const;
    const { resolve } = bench.world.secrets;
    bench.world.providers = {
      ...bench.world.providers,
      existing: {
        ...bench.world.providers.existing,
        url: async (place) =>
          place.id === restored.id ? url : bench.world.secrets.remember(await resolve('url' in place ? place.url : '')),
      },
    };
    const fact = await bench.call('runChecks', {
      site: bench.primary,
      parents: [{ place: restored, epoch: 2 }],
    });
    expect(fact.checks).toMatchObject([{ state: 'green', found: '0 orphans beside vectors/beside-1' }]);
  });

  test('are not measured where the other place cannot be read, and red where it lacks what is named', async () => {
    const bench = await benchOf([{ id: 1 }]);
    memoryServer.put(bench.primaryUrl, 'orders', [{ vector: 1 }]);
    memoryServer.find(bench.vectors)!.isDown = true;
    const fact = await bench.call('runChecks', { site: bench.primary });
    expect(fact.checks).toMatchObject([
      { state: 'not measured', found: expect.stringMatching(/vectors cannot be read: .*is down/) },
    ]);
    memoryServer.find(bench.vectors)!.isDown = false;
    memoryServer.dropObject(bench.vectors, 'items');
    const failure = await failureOf(bench.call('runChecks', { site: bench.primary }));
    expect(failure.message).toContain('found there is no items');
  });

  test('are found between a PostgreSQL and another store, whichever refers to the other', async () => {
    const url = await database(`CREATE TABLE docs (id int8 PRIMARY KEY, ref uuid);
      INSERT INTO docs SELECT n, md5(n::text)::uuid FROM generate_series(1, 12000) n; INSERT INTO docs VALUES (0, NULL)`);
    const ids = (await sql(url, 'SELECT upper(ref::text) AS id FROM docs WHERE ref IS NOT NULL')) as { id: string }[];
    const vectors = vectorsOf([...ids, { id: 'not a document' }]);
    const down: Check = { ...across, child: 'public.docs', columns: ['ref'] } as Check;
    const up: Check = {
      ...across,
      child: 'items',
      columns: ['id'],
      parentTarget: 'docs',
      parent: 'public.docs',
      parentColumns: ['ref'],
    } as Check;
    const targets = {
      docs: at('docs', 'postgres', 'env:DOCS', [down]),
      vectors: at('vectors', 'memory', 'env:VECTORS', [up]),
    };
    const bench = await openBench({ targets }, { DOCS: url, VECTORS: vectors });
    bench.world.kinds = { ...bench.world.kinds, memory, postgres };
    const site = (name: keyof typeof targets) => ({ place: targets[name].primary, epoch: 1 });
    const { checks } = await bench.call('runChecks', { site: site('docs') });
    expect(checks).toMatchObject([{ state: 'green', found: '0 orphans beside vectors/primary' }]);
    const failure = await failureOf(bench.call('runChecks', { site: site('vectors') }));
    expect(failure.message).toContain('found 1 orphan beside docs/primary');
  });
});
