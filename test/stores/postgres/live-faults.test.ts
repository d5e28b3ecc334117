import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { memoryVault } from '../../support/memory-vault.ts';
import { copyOf, database, open, restoreRest, sql, take, until, writer } from './lab.ts';
import { isWaiting, other } from './live.ts';

test('a table that changes between the moment of a backup and its lock is no part of a wrong set', {
  timeout: 120_000,
}, async () => {
  const setUp = `CREATE TABLE t (id int, note text, n int); INSERT INTO t SELECT i, 'x', i FROM generate_series(1, 100) i`;
  const begun = async (ddl: string) => {
    const url = await database(setUp);
    const client = await other(url);
    await client.query(`BEGIN; ${ddl}`);
    const taking = take(url);
    taking.catch(() => {});
    await until('the backup waits', async () => (await sql(url, isWaiting)).length > 0);
    await client.query('COMMIT');
    return taking;
  };
  const busy = (message: RegExp) => ({
    kind: 'busy',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/repeat the work/),
  });
  await Promise.all([
    expect(begun('DROP TABLE t')).rejects.toMatchObject(busy(/dropped or renamed/)),
    expect(begun('ALTER TABLE t RENAME TO u')).rejects.toMatchObject(busy(/dropped or renamed/)),
    expect(begun('TRUNCATE t')).rejects.toMatchObject(busy(/"t" was rewritten or truncated/)),
    expect(begun('ALTER TABLE t ALTER n TYPE bigint')).rejects.toMatchObject(busy(/"t" was rewritten/)),
    expect(begun('ALTER TABLE t DROP COLUMN note')).rejects.toMatchObject(busy(/note/)),
    expect(begun('ALTER TABLE t ADD COLUMN more int')).resolves.toMatchObject({
      meta: { tables: [{ columns: ['id', 'note', 'n'] }] },
    }),
  ]);
});

test('a place that others are connected to is not restored over, and they are named', async () => {
  const { meta, vault, fingerprint } = await take(await database('CREATE TABLE t AS SELECT 1 AS a'));
  const url = await database();
  const client = await other(url, 'the shop');
  const place = await open(url);
  const by = writer();
  await expect(place.begin(by, meta)).rejects.toMatchObject({
    kind: 'busy',
    message: expect.stringMatching(/others are connected to .*pid \d+, the shop of postgres, idle/),
    hint: expect.stringMatching(/stop what uses the place/),
  });
  expect(await sql(url, `SELECT to_regnamespace('dr_runbooks') AS made`)).toEqual([{ made: null }]);
  await client.end();
  await place.begin(by, meta);
  await restoreRest(place, meta, vault, by);
  expect(await place.fingerprint({})).toEqual(fingerprint);
});

test('time limits that an administrator gave a role or a database stop neither a backup nor a restore', async () => {
  const role = `limited_${randomBytes(4).toString('hex')}`;
  const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
  const limited = async (setUp = ''): Promise<string> => {
    const url = await database(setUp);
    const name = new URL(url).pathname.slice(1);
    for (const limit of limits) await sql(url, `ALTER DATABASE ${name} SET ${limit} = '1ms'`);
    const login = new URL(url);
    [login.username, login.password] = [role, 'pw'];
    return login.href;
  };
  const admin = await database(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'pw';
    ALTER ROLE ${role} SET idle_session_timeout = '1s'; ALTER ROLE ${role} SET statement_timeout = '1ms'`);
  const from = await limited(`CREATE TABLE t AS SELECT i, md5(i::text) AS m FROM generate_series(1, 200000) i;
    CREATE INDEX ON t (m)`);
  const taken = await take(from);
  const to = await limited();
  const place = await open(to);
  const by = writer();
  await place.begin(by, taken.meta);
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await restoreRest(place, taken.meta, taken.vault, by);
  expect(await place.fingerprint({})).toEqual(taken.fingerprint);
  onTestFinished(() =>
    sql(admin, `DROP OWNED BY ${role}; DROP ROLE ${role}`)
      .then(() => {})
      .catch(() => {}),
  );
});

test('a login that may not make what comes last is refused before anything is made', async () => {
  const role = `plain_${randomBytes(4).toString('hex')}`;
  const { meta } = await take(
    await database(`CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
      CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f(); CREATE PUBLICATION p`),
  );
  const url = await database(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'; DO $$ BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO ${role}', current_database()); END $$; GRANT postgres TO ${role} WITH INHERIT FALSE`);
  onTestFinished(() => sql(url, `DROP OWNED BY ${role}; DROP ROLE ${role}`).then(() => {}));
  const login = new URL(url);
  [login.username, login.password] = [role, 'pw'];
  const place = await open(login.href);
  await expect(place.begin(writer(), { ...meta, roles: [] })).rejects.toMatchObject({
    kind: 'no-permission',
    message: expect.stringMatching(/event triggers/),
    hint: expect.stringMatching(/superuser/),
  });
  expect(await sql(url, `SELECT to_regnamespace('dr_runbooks') AS made`)).toEqual([{ made: null }]);
});

test('the owner of a table whose row-level security is forced is refused too', async () => {
  const role = `owner_${randomBytes(4).toString('hex')}`;
  const url =
    await database(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'; CREATE TABLE mine (a int); INSERT INTO mine VALUES (1);
    ALTER TABLE mine OWNER TO ${role}; ALTER TABLE mine ENABLE ROW LEVEL SECURITY`);
  onTestFinished(() => sql(url, `DROP OWNED BY ${role}; DROP ROLE ${role}`).then(() => {}));
  const login = new URL(url);
  [login.username, login.password] = [role, 'pw'];
  await take(login.href);
  await sql(url, 'ALTER TABLE mine FORCE ROW LEVEL SECURITY');
  const vault = memoryVault();
  await expect((await open(login.href)).snapshot(vault, {})).rejects.toMatchObject({
    kind: 'no-permission',
    message: expect.stringMatching(/mine/),
  });
});

test('partitions that are cut by a collation are not restored where it orders otherwise; anything else is', async () => {
  const taken = await take(await database('CREATE TABLE t AS SELECT 1 AS a'));
  const [server] = await sql(
    await database(),
    `SELECT collname AS name, collcollate AS locale FROM pg_collation
    WHERE collprovider = 'c' AND pg_collation_actual_version(oid) IS NOT NULL LIMIT 1`,
  );
  if (server === undefined) return;
  const collation = {
    name: String(server.name),
    isSystem: true,
    provider: 'c',
    locale: String(server.locale),
    isDeterministic: true,
    version: '0.1',
  };
  const place = await open(await database());
  await expect(
    place.begin(writer(), { ...taken.meta, collations: [{ ...collation, isBounding: true }] }),
  ).rejects.toMatchObject({ kind: 'not-supported', message: expect.stringMatching(/of version 0\.1 in the set/) });
  await place.begin(writer(), { ...taken.meta, collations: [{ ...collation, isBounding: false }] });
  await copyOf(taken);
});
