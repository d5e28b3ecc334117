// Row Y3 of docs/coverage.md.
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compareFingerprints } from '../../../src/domain/fingerprint.ts';
import { stages } from '../../../src/domain/words.ts';
import { postgres } from '../../../src/stores/postgres/index.ts';
import type { PostgresMeta } from '../../../src/stores/postgres/meta.ts';
import { copyOf, database, open, restoreRest, sql, take, until, writer } from './lab.ts';

/** Vectors without a pattern, the same in every run; every tenth row has none. */
const rows = (count: number, dims: number): string => `SELECT n, CASE WHEN n % 10 > 0 THEN
  (SELECT array_agg((hashint8extended(n, d) % 1000) / 1000.0::real) FROM generate_series(1, ${dims}) d)::real[] END AS a
  FROM generate_series(1, ${count}) n`;

const indexes = `SELECT indexname AS name, indexdef AS def FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`;

describe('a database with vectors', () => {
  test('comes back equal, of all types, nulls and indexes with their options included', async () => {
    const url = await database(`CREATE EXTENSION vector;
      CREATE TABLE items (id int PRIMARY KEY, v vector(8), h halfvec(8), s sparsevec(8), b bit(8), loose vector);
      INSERT INTO items SELECT n, a::vector, a::vector::halfvec, a::vector::sparsevec, binary_quantize(a::vector)::bit(8),
        CASE WHEN n % 2 = 0 THEN a::vector ELSE '[1,2]' END FROM (${rows(2000, 8)}) r;
      CREATE INDEX v_hnsw ON items USING hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 32);
      CREATE INDEX v_flat ON items USING ivfflat (v vector_cosine_ops) WITH (lists = 20);
      CREATE INDEX h_hnsw ON items USING hnsw (h halfvec_ip_ops);
      CREATE INDEX s_hnsw ON items USING hnsw (s sparsevec_l2_ops);
      CREATE INDEX b_hnsw ON items USING hnsw (b bit_hamming_ops);
      CREATE INDEX b_flat ON items USING ivfflat (b bit_hamming_ops) WITH (lists = 10);
      CREATE INDEX cast_hnsw ON items USING hnsw ((v::halfvec(8)) halfvec_cosine_ops) WHERE id % 3 = 0;
      COMMENT ON INDEX v_hnsw IS 'nearest first'`);
    const taken = await take(url);
    const copy = await copyOf(taken);
    const place = await open(copy);
    expect(compareFingerprints(taken.fingerprint, await place.fingerprint({}))).toEqual([]);
    expect(await sql(copy, indexes)).toEqual(await sql(url, indexes));
    const invalid = await sql(copy, 'SELECT FROM pg_index WHERE NOT indisvalid');
    expect(invalid).toEqual([]);
    const nulls = 'SELECT count(*)::int AS n FROM items WHERE v IS NULL AND h IS NULL AND s IS NULL AND b IS NULL';
    expect(await sql(copy, nulls)).toEqual([{ n: 200 }]);

    const recall = await place.can.recall!(taken.meta);
    expect(recall).toHaveLength(7);
    for (const row of recall) expect(row, row.says).toMatchObject({ check: 'search', state: 'green' });
    expect(recall.map(({ says }) => says)).toContain(
      'searches of public.items through public.v_hnsw find what is nearest',
    );
  });

  test('has a red recall where an index finds much less than before, or is gone', async () => {
    const url = await database(`CREATE EXTENSION vector; CREATE TABLE items (id int PRIMARY KEY, v vector(16));
      INSERT INTO items SELECT n, a::vector FROM (${rows(3000, 16)}) r;
      CREATE INDEX nearest ON items USING hnsw (v vector_l2_ops)`);
    const taken = await take(url);
    const [search] = taken.meta.searches!;
    expect(search!.queries).toHaveLength(10);
    expect(search!.found).toBeGreaterThan(85);
    const copy = await copyOf(taken);
    const place = await open(copy);
    // The same rows, in an index that knows a few neighbours only and looks at few.
    await sql(
      copy,
      `DROP INDEX nearest; CREATE INDEX nearest ON items USING ivfflat (v vector_l2_ops) WITH (lists = 1000)`,
    );
    const [worse] = await place.can.recall!(taken.meta);
    expect(worse).toMatchObject({
      state: 'red',
      expected: expect.stringMatching(/^about \d+ % of the nearest rows, as before$/),
    });
    await sql(copy, 'DROP INDEX nearest');
    expect(await place.can.recall!(taken.meta)).toMatchObject([{ state: 'red', found: 'there is none of that name' }]);
    expect(await place.can.recall!(taken.meta, { except: ['public.items'] }).catch(() => 'none')).toBeDefined();
    expect(await place.can.recall!(taken.meta, { parts: 'schema' })).toEqual([]);
  });

  test('has no samples of a table that is too costly to search, and says so', async () => {
    const url = await database(`CREATE EXTENSION vector; CREATE TABLE items (id int PRIMARY KEY, v vector(3));
      INSERT INTO items SELECT n, a::vector FROM (${rows(100, 3)}) r; CREATE INDEX nearest ON items USING hnsw (v vector_l2_ops);
      UPDATE pg_class SET reltuples = 5e6 WHERE relname = 'items'`);
    const taken = await take(url);
    expect(taken.meta.searches).toBeUndefined();
    expect(taken.leftOut).toContain(
      'sample searches for the recall of public.nearest: its table is too large to be searched without it',
    );
    expect(await (await open(await copyOf(taken))).can.recall!(taken.meta)).toEqual([]);
  });
});

describe('an index over vectors', () => {
  const unitsOf = (meta: PostgresMeta) => stages.flatMap((stage) => [...postgres.units(meta, stage)]);

  test('is built in memory and by helpers that it asked for, and the connection forgets both', async () => {
    const url = await database(`CREATE EXTENSION vector; CREATE TABLE items (id int PRIMARY KEY, v vector(64));
      INSERT INTO items SELECT n, a::vector FROM (${rows(4000, 64)}) r;
      CREATE INDEX nearest ON items USING hnsw (v vector_l2_ops)`);
    const taken = await take(url);
    // An event trigger of the copy writes down what the build was given.
    const copy = await database(`CREATE SCHEMA aside`);
    const place = await open(copy, { parallel: 1 });
    await sql(copy, 'DROP SCHEMA aside');
    const by = writer();
    await place.begin(by, taken.meta);
    for (const unit of unitsOf(taken.meta).filter(({ stage }) => stage === 'schema' || stage === 'data')) {
      await place.restore(unit, taken.meta, taken.vault, by);
    }
    await sql(
      copy,
      `CREATE SCHEMA aside; CREATE TABLE aside.told (memory text, helpers text);
      CREATE FUNCTION aside.tell() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO aside.told VALUES (current_setting('maintenance_work_mem'), current_setting('max_parallel_maintenance_workers')); END $$;
      CREATE EVENT TRIGGER told ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION aside.tell()`,
    );
    await sql(copy, `ALTER DATABASE ${new URL(copy).pathname.slice(1)} SET maintenance_work_mem = '1MB'`);
    await restoreRest(await open(copy), taken.meta, taken.vault, by);
    const [told] = await sql(copy, 'SELECT * FROM aside.told');
    expect(Number.parseInt(String(told!.memory), 10)).toBeGreaterThan(4);
    expect(Number(told!.helpers)).toBeGreaterThan(0);
  });

  test('waits for another one that is being built in the database', async () => {
    const url = await database(`CREATE EXTENSION vector; CREATE TABLE items (id int PRIMARY KEY, v vector(8));
      INSERT INTO items SELECT n, a::vector FROM (${rows(500, 8)}) r; CREATE INDEX nearest ON items USING hnsw (v vector_l2_ops)`);
    const taken = await take(url);
    const copy = await database();
    const place = await open(copy);
    const by = writer();
    await place.begin(by, taken.meta);
    const other = new pg.Client({ connectionString: copy, application_name: 'dr-runbooks other' });
    await other.connect();
    onTestFinished(() => other.end());
    await other.query('BEGIN; SELECT pg_advisory_xact_lock(7038330158)');
    const restoring = restoreRest(place, taken.meta, taken.vault, by);
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
    await until('it waits', async () => (await sql(copy, waiting)).length === 1);
    expect(await sql(copy, indexes)).toEqual([]);
    await other.query('COMMIT');
    await restoring;
    expect(await sql(copy, indexes)).toHaveLength(2);
  });

  test('with many lists is built although the server gives it less memory than it takes', async () => {
    const url = await database(`CREATE EXTENSION vector; CREATE TABLE items (id int PRIMARY KEY, v vector(4));
      INSERT INTO items SELECT n, a::vector FROM (${rows(5000, 4)}) r;
      SET maintenance_work_mem = '200MB'; CREATE INDEX nearest ON items USING ivfflat (v vector_l2_ops) WITH (lists = 600)`);
    const copy = await copyOf(await take(url));
    expect(await sql(copy, indexes)).toEqual(await sql(url, indexes));
  });
});
