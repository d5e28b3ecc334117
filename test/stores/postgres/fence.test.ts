import { expect, test } from 'vitest';
import { fencedName } from '../../../src/stores/postgres/fence/fenced-name.ts';
import { database, open, sql, until } from './lab.ts';

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

test('a fence keeps a superuser out who uses the same connection string, and lets nobody see a half-way state', async () => {
  const url = await database('CREATE TABLE t (a int)');
  const place = await open(url);
  let isFencing = true;
  const refused: string[] = [];
  const knocking = (async () => {
    while (isFencing) {
      await sql(url, 'SELECT pg_sleep(0.01); INSERT INTO t VALUES (1)').catch((error: { code: string }) => {
        refused.push(error.code);
      });
    }
  })();
  await place.can.fence!.fence();
  const [{ n }] = (await sql(
    new URL(`/${encodeURIComponent(fencedName(nameOf(url)))}`, url).href,
    'SELECT count(*)::int AS n FROM t',
  )) as [{ n: number }];
  await expect(sql(url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
  isFencing = false;
  await knocking;
  expect(new Set(refused)).toEqual(new Set(refused.filter((code) => ['3D000', '57P01'].includes(code))));
  expect((await place.fingerprint({})).objects['public.t']!.rows).toBe(n);
  await place.can.fence!.unfence();
});

test('a place opened before, here or in another process, follows the fence there and back', async () => {
  const url = await database('CREATE TABLE t (a int)');
  const [one, two] = [await open(url), await open(url)];
  await two.inspect();
  await one.can.fence!.fence();
  const again = await two.inspect().catch(() => two.inspect());
  expect(again.objects.map(({ name }) => name)).toEqual(['public.t']);
  expect(await two.can.fence!.isFenced()).toBe(true);
  await two.can.fence!.unfence();
  expect(await one.can.fence!.isFenced()).toBe(false);
  expect((await one.inspect().catch(() => one.inspect())).objects).toHaveLength(1);
});

test('a fenced place takes no canaries, and gives up those it has', async () => {
  const place = await open(await database('CREATE TABLE t (a int)'));
  const canary = place.can.canary!;
  await canary.write(1);
  await place.can.fence!.fence();
  await expect(canary.write(2)).rejects.toMatchObject({ kind: 'refused' });
  expect(await canary.present()).toEqual([1]);
  await place.can.fence!.unfence();
  await canary.write(2);
  expect(await canary.present()).toEqual([1, 2]);
});

test('settings, comments and rights of the database are the same after a fence', async () => {
  const url = await database();
  const name = nameOf(url);
  await sql(
    url,
    `ALTER DATABASE ${name} SET work_mem = '7MB'; COMMENT ON DATABASE ${name} IS 'mine';
    REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC; ALTER DATABASE ${name} CONNECTION LIMIT 17`,
  );
  const look = () =>
    sql(
      url,
      `SELECT datacl::text, datconnlimit, datallowconn, shobj_description(d.oid, 'pg_database') AS comment, setconfig
      FROM pg_database d JOIN pg_db_role_setting ON setdatabase = d.oid WHERE datname = current_database()`,
    );
  const before = await look();
  const place = await open(url);
  await place.can.fence!.fence();
  await place.can.fence!.unfence();
  expect(await look()).toEqual(before);
});

test('a database that somebody made under the name of a fenced one is not overwritten, and counts as not fenced', async () => {
  const url = await database('CREATE TABLE t (a int)');
  const place = await open(url);
  await place.can.fence!.fence();
  const server = new URL('/postgres', url).href;
  await sql(server, `CREATE DATABASE ${nameOf(url)}`);
  expect(await place.can.fence!.isFenced()).toBe(false);
  for (const call of [place.can.fence!.fence, place.can.fence!.unfence]) {
    await expect(call()).rejects.toMatchObject({ kind: 'refused', hint: expect.stringMatching(/rename or drop/) });
  }
  await sql(server, `DROP DATABASE ${nameOf(url)} WITH (FORCE)`);
  await place.can.fence!.unfence();
  expect((await (await open(url)).inspect()).objects).toHaveLength(1);
});

test('a database that takes no writes for another reason counts as fenced, one that is gone as missing', async () => {
  const url = await database('CREATE TABLE t (a int)');
  const place = await open(url);
  await sql(url, `ALTER DATABASE ${nameOf(url)} SET default_transaction_read_only = on`);
  expect(await place.can.fence!.isFenced()).toBe(true);
  await sql(new URL('/postgres', url).href, `DROP DATABASE ${nameOf(url)} WITH (FORCE)`);
  await expect(place.can.fence!.isFenced()).rejects.toMatchObject({ kind: 'missing' });
  await expect(place.can.fence!.fence()).rejects.toMatchObject({ kind: 'missing' });
});

test('an event trigger that forbids changes of the schema does not keep a marked place from being tried', async () => {
  const url = await database('CREATE TABLE t (a int)');
  const place = await open(url);
  await place.stamp({ id: crypto.randomUUID(), target: 't', role: 'primary', epoch: 1 });
  await sql(
    url,
    `CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
    CREATE EVENT TRIGGER no ON ddl_command_end EXECUTE FUNCTION no()`,
  );
  expect(await place.can.fence!.isFenced()).toBe(false);
  await place.can.fence!.fence();
  expect(await place.can.fence!.isFenced()).toBe(true);
  await place.can.fence!.unfence();
});

test('an owner who may create databases can fence; one who may not is told so, and nothing happens', async () => {
  const role = `owner_${crypto.randomUUID().slice(0, 8)}`;
  const url = await database('CREATE TABLE t (a int)');
  await sql(url, `CREATE ROLE ${role} LOGIN PASSWORD 'pw'; ALTER DATABASE ${nameOf(url)} OWNER TO ${role}`);
  const own = new URL(url);
  own.username = role;
  own.password = 'pw';
  const place = await open(own.href);
  await expect(place.can.fence!.fence()).rejects.toMatchObject({ kind: 'no-permission' });
  expect(await place.can.fence!.isFenced()).toBe(false);

  await sql(url, `ALTER ROLE ${role} CREATEDB`);
  await place.can.fence!.fence();
  expect(await place.can.fence!.isFenced()).toBe(true);
  await place.can.fence!.unfence();

  // A superuser inside cannot be sent away by others.
  const inside = sql(url, 'SELECT pg_sleep(3)');
  const sleeping = `SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(3)' AND datname = '${nameOf(url)}'`;
  await until('a superuser is inside', async () => (await sql(url, sleeping)).length > 0);
  await expect(place.can.fence!.fence()).rejects.toMatchObject({ kind: 'no-permission' });
  await inside;
  expect(await place.can.fence!.isFenced()).toBe(false);
  await sql(url, `ALTER DATABASE ${nameOf(url)} OWNER TO CURRENT_USER; DROP ROLE ${role}`);
});
