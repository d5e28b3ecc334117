import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { memoryVault } from '../../support/memory-vault.ts';
import { copyOf, database, open, restoreRest, sql, take, writer } from './lab.ts';

const login = (): string => `login_${randomBytes(4).toString('hex')}`;

const as = (url: string, role: string): string => {
  const other = new URL(url);
  other.username = role;
  other.password = 'pw';
  return other.href;
};

test('a place that cannot take a set says what it lacks, before anything is written', async () => {
  const { meta } = await take(await database('CREATE TABLE t (a int)'));
  const place = await open(await database());
  const { server } = meta;
  for (const [wrong, kind, hint] of [
    [{ server: { ...server, major: server.major + 1 } }, 'too-old', /PostgreSQL \d+ or newer/],
    [{ server: { ...server, encoding: 'LATIN1' } }, 'not-supported', /ENCODING LATIN1/],
    [{ roles: ['no "such" role'] }, 'missing', /CREATE ROLE/],
    [{ extensions: ['no_such_extension'] }, 'missing', /install/],
  ] as const) {
    await expect(place.begin(writer(), { ...meta, ...wrong })).rejects.toMatchObject({
      kind,
      hint: expect.stringMatching(hint),
    });
  }
  expect((await place.inspect()).mark).toBeNull();
  await place.begin(writer(), meta);
});

test('whatever is in a place makes it not empty', async () => {
  const { meta } = await take(await database('CREATE TABLE t (a int)'));
  const url = await database();
  const place = await open(url);
  for (const [leftover, removed] of [
    ['CREATE VIEW v AS SELECT 1', 'DROP VIEW v'],
    ['CREATE SEQUENCE s', 'DROP SEQUENCE s'],
    ['CREATE SCHEMA other', 'DROP SCHEMA other'],
    [`CREATE TYPE e AS ENUM ('a')`, 'DROP TYPE e'],
    [`CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`, 'DROP FUNCTION f'],
    ['SELECT lo_create(4711)', 'SELECT lo_unlink(4711)'],
  ] as const) {
    await sql(url, leftover);
    await expect(place.begin(writer(), meta), leftover).rejects.toMatchObject({ kind: 'not-empty' });
    await sql(url, removed);
  }
  await place.begin(writer(), meta);
});

test('a login from which row-level security hides rows is refused, not served half', async () => {
  const role = login();
  const url =
    await database(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'; CREATE TABLE secret (a int); INSERT INTO secret VALUES (1);
    ALTER TABLE secret ENABLE ROW LEVEL SECURITY; GRANT SELECT ON secret TO ${role};
    CREATE POLICY none ON secret USING (false)`);
  const place = await open(as(url, role));
  expect((await place.inspect()).missingPermissions.join()).toMatch(
    /row-level security hides rows of .*secret.*BYPASSRLS/,
  );
  await expect(place.snapshot(memoryVault(), {})).rejects.toMatchObject({ kind: 'no-permission' });
  await expect(place.fingerprint({})).rejects.toMatchObject({ kind: 'no-permission' });
  await sql(url, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

test('a login that may not read is told what to grant', async () => {
  const role = login();
  const url = await database(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'; CREATE TABLE "the table" (a int);
    CREATE SEQUENCE s; SELECT lo_create(0)`);
  const place = await open(as(url, role));
  const lacks = (await place.inspect()).missingPermissions;
  expect(lacks.join('\n')).toContain(`GRANT SELECT ON public."the table" TO ${role}`);
  expect(lacks.join('\n')).toContain('public.s');
  expect(lacks.join('\n')).toContain('GRANT SELECT ON pg_catalog.pg_largeobject');
  expect(lacks.join('\n')).toContain('GRANT CREATE ON DATABASE');
  await expect(place.snapshot(memoryVault(), {})).rejects.toMatchObject({ kind: 'no-permission' });
  await sql(url, `DROP ROLE ${role}`);
});

test('what cannot be copied faithfully is named, all of it at once', async () => {
  const url = await database(`CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TABLE hashed (m mood) PARTITION BY HASH (m); CREATE TABLE "too, hashed" (m mood, n int) PARTITION BY HASH (n, m)`);
  const vault = memoryVault();
  await expect((await open(url)).snapshot(vault, {})).rejects.toMatchObject({
    kind: 'not-supported',
    message: expect.stringMatching(/hashed.*too, hashed/),
  });
  expect(vault.streams.size).toBe(0);
});

test('an empty database has nothing to back up', async () => {
  await expect(take(await database())).rejects.toMatchObject({ kind: 'no-match' });
});

test('settings that an owner gave the database neither change the copy nor stop the work', async () => {
  const setUp = `CREATE TABLE t AS SELECT i, i / 3.0::float8 AS f, decode(md5(i::text), 'hex') AS b, now() AS n,
      interval '1 day -2 hours' * i AS l FROM generate_series(1, 100) i`;
  const url = await database(setUp);
  const before = await (await open(url)).fingerprint({});
  const name = new URL(url).pathname.slice(1);
  for (const setting of [
    'bytea_output = escape',
    `DateStyle = 'German, DMY'`,
    'IntervalStyle = iso_8601',
    'extra_float_digits = -15',
    `TimeZone = 'Asia/Kathmandu'`,
    'search_path = nowhere',
    'default_transaction_read_only = on',
    `statement_timeout = '100ms'`,
  ]) {
    await sql(new URL('/postgres', url).href, `ALTER DATABASE ${name} SET ${setting}`);
  }
  const place = await open(url);
  expect(await place.fingerprint({})).toEqual(before);
  const taken = await take(url);
  expect(taken.fingerprint).toEqual(before);
  const copy = await copyOf(taken);
  expect(await (await open(copy)).fingerprint({})).toEqual(before);
  const settings =
    'SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = $1)';
  const settingsOf = async (of: string) =>
    sql(of, `SET statement_timeout = 0; ${settings.replace('$1', `'${new URL(of).pathname.slice(1)}'`)}`);
  expect(await settingsOf(copy)).toEqual(await settingsOf(url));
});

test('a database of another encoding comes back in it', async () => {
  const url = await database();
  const latin = async (name: string): Promise<string> => {
    await sql(url, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    const other = new URL(url);
    other.pathname = `/${name}`;
    return other.href;
  };
  const [from, to] = [await latin(`latin_${login()}`), await latin(`latin_${login()}`)];
  await sql(from, `CREATE TABLE "é" (t text, j jsonb); INSERT INTO "é" VALUES ('ünï', '{"ö": 1}')`);
  const { meta, vault, fingerprint } = await take(from);
  const place = await open(to);
  const by = writer();
  await place.begin(by, meta);
  await restoreRest(place, meta, vault, by);
  expect(await place.fingerprint({})).toEqual(fingerprint);
  expect(await sql(to, 'TABLE "é"')).toEqual([{ t: 'ünï', j: { ö: 1 } }]);
});
