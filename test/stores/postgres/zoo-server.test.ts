// Row Y1 of docs/coverage.md: what a database holds that is partly of its server.
import { randomBytes } from 'node:crypto';
import { access, constants, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { PlaceSpec } from '../../../src/domain/words.ts';
import { postgresDatabase } from '../../../src/providers/postgres-database.ts';
import { postgresServer } from '../../support/servers.ts';
import { copyOf, database, open, restoreRest, sql, take, writer } from './lab.ts';
import { emptyOn } from './zoo/stage.ts';

const unique = (name: string): string => `${name}_${randomBytes(4).toString('hex')}`;

test('what is in a tablespace goes to one of the same name, and to the default one where there is none', async () => {
  const space = unique('fast "space"');
  const quoted = pg.escapeIdentifier(space);
  const url = await database();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SET allow_in_place_tablespaces = on');
  await client.query(`CREATE TABLESPACE ${quoted} LOCATION ''`);
  await client.query(`CREATE TABLE t (a int PRIMARY KEY USING INDEX TABLESPACE ${quoted}, b int) TABLESPACE ${quoted}; CREATE TABLE u (a int);
    CREATE INDEX of_u ON u (a) TABLESPACE ${quoted}; CREATE MATERIALIZED VIEW m TABLESPACE ${quoted} AS SELECT 1 AS a;
    CREATE TABLE p (a int) PARTITION BY LIST (a) TABLESPACE ${quoted}; CREATE TABLE p1 PARTITION OF p DEFAULT; INSERT INTO t VALUES (1, 2)`);
  await client.end();
  const where = `SELECT c.relname AS name FROM pg_class c JOIN pg_tablespace s ON s.oid = c.reltablespace
    WHERE s.spcname NOT LIKE 'pg_%' ORDER BY 1`;
  const inSpace = ['m', 'of_u', 'p', 'p1', 't', 't_pkey'].map((name) => ({ name }));
  expect(await sql(url, where)).toEqual(inSpace);
  const taken = await take(url);
  expect(taken.leftOut.join('\n')).toContain(`tablespaces: ${space}; what is in them goes to one of the same name`);
  const same = await copyOf(taken);
  expect(await sql(same, where)).toEqual(inSpace);

  for (const of of [url, same]) await sql(of, `DROP TABLE t, u, p; DROP MATERIALIZED VIEW m`);
  await sql(url, `DROP TABLESPACE ${quoted}`);
  const other = await copyOf(taken);
  expect(await sql(other, where)).toEqual([]);
  expect(await (await open(other)).fingerprint({})).toEqual(taken.fingerprint);
});

test('rows that people put into the tables and sequences of an extension come along; its own do not come twice', async ({
  skip,
}) => {
  const { bin } = await postgresServer();
  const folder = join(bin, '..', 'share', 'postgresql', 'extension');
  await access(folder, constants.W_OK).catch(() => skip(`no extension can be put into ${folder}`));
  const name = unique('zoo_config');
  const files = [join(folder, `${name}.control`), join(folder, `${name}--1.0.sql`)];
  onTestFinished(() => Promise.all(files.map((file) => rm(file, { force: true }))).then(() => {}));
  await writeFile(files[0]!, "default_version = '1.0'\nrelocatable = false\n");
  await writeFile(
    files[1]!,
    `CREATE TABLE conf (k text PRIMARY KEY, v text); INSERT INTO conf VALUES ('own', 'x');
      SELECT pg_catalog.pg_extension_config_dump('conf', 'WHERE k <> ''own'''); CREATE TABLE every (a int); SELECT pg_catalog.pg_extension_config_dump('every', '');
      CREATE SEQUENCE counter; SELECT pg_catalog.pg_extension_config_dump('counter', ''); CREATE TABLE cache (a int); INSERT INTO cache VALUES (1);`,
  );
  const url =
    await database(`CREATE SCHEMA ours; CREATE EXTENSION ${name} SCHEMA ours; INSERT INTO ours.conf VALUES ('mine', 'y');
    INSERT INTO ours.every VALUES (1), (2); SELECT setval('ours.counter', 42); INSERT INTO ours.cache VALUES (2); CREATE TABLE t (a int);`);
  const taken = await take(url);
  const copy = await copyOf(taken);
  expect(await sql(copy, 'TABLE ours.conf ORDER BY k')).toEqual([
    { k: 'mine', v: 'y' },
    { k: 'own', v: 'x' },
  ]);
  expect(await sql(copy, 'TABLE ours.every ORDER BY a')).toEqual([{ a: 1 }, { a: 2 }]);
  expect(await sql(copy, `SELECT nextval('ours.counter') AS n`)).toEqual([{ n: '43' }]);
  expect(await sql(copy, 'TABLE ours.cache')).toEqual([{ a: 1 }]);
});

test('a database that was made for a place keeps its mark beside the comment of the set, and goes with its subscriptions', async () => {
  const { url: server } = await postgresServer();
  const source = await emptyOn(await postgresServer());
  await sql(
    source,
    `CREATE TABLE t (a int); CREATE SUBSCRIPTION s CONNECTION 'host=nowhere.invalid' PUBLICATION p WITH (connect = false, slot_name = 'live');
      DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), E'of the shop\\nsince 2019'); END $$;
      CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
      CREATE EVENT TRIGGER no ON ddl_command_start EXECUTE FUNCTION no(); ALTER EVENT TRIGGER no ENABLE ALWAYS`,
  );
  const taken = await take(source);
  const provider = postgresDatabase(async () => server);
  const name = unique('beside');
  const spec = {
    id: `shop/${name}`,
    target: 'shop',
    kind: 'postgres',
    role: 'beside',
    provider: 'database',
    server: 'env:SERVER',
    database: name,
  } as PlaceSpec;
  const comment = async (of: string): Promise<unknown> =>
    (
      await sql(
        of,
        `SELECT shobj_description(oid, 'pg_database') AS c FROM pg_database WHERE datname = current_database()`,
      )
    )[0]!.c;

  await provider.provide(spec);
  const url = await provider.url(spec);
  const place = await open(url);
  const by = writer();
  await place.begin(by, taken.meta);
  await restoreRest(place, taken.meta, taken.vault, by);
  await place.end(by);
  await place.stamp({ id: crypto.randomUUID(), target: 'shop', role: 'beside', epoch: 1 });
  expect(await comment(url)).toBe(`made by dr-runbooks for place shop/${name}\n\nof the shop\nsince 2019`);
  expect(
    await sql(
      url,
      'SELECT subenabled, subslotname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
    ),
  ).toEqual([{ subenabled: false, subslotname: null }]);
  expect(await provider.describe(spec)).toBe('ready');
  expect((await take(url)).meta.database?.comment).toBe('of the shop\nsince 2019');
  await provider.discard(spec);
  expect(await provider.describe(spec)).toBe('absent');
});
