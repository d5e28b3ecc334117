import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { startPostgres } from '../../../src/local/components/postgres.ts';
import { database, open, restoreRest, sql, take, writer } from './lab.ts';

const about = (
  prefix: string,
): string => `SELECT r.rolname AS name, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls, rolconnlimit,
    rolvaliduntil::text, shobj_description(r.oid, 'pg_authid') AS comment, (SELECT setconfig FROM pg_db_role_setting WHERE setrole = r.oid AND setdatabase = 0) AS settings,
    (SELECT string_agg(g.rolname || m.admin_option || m.inherit_option || m.set_option, ' ' ORDER BY g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid) AS groups
  FROM pg_roles r WHERE starts_with(r.rolname, '${prefix}') ORDER BY 1`;

test('roles come along when that is asked for: as they were, and with their passwords only when that is asked for too', async () => {
  const prefix = `r${randomBytes(4).toString('hex')}_`;
  const [app, group, far] = [`${prefix}app`, `${prefix}the "group"`, `${prefix}far`];
  const q = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const url =
    await database(`CREATE ROLE ${q(far)} NOLOGIN; CREATE ROLE ${q(group)} NOINHERIT CREATEDB; GRANT ${q(far)} TO ${q(group)} WITH ADMIN TRUE, INHERIT FALSE, SET TRUE;
    CREATE ROLE ${app} LOGIN BYPASSRLS CONNECTION LIMIT 7 VALID UNTIL '2039-01-01' PASSWORD 'the password'; GRANT ${q(group)} TO ${app} WITH SET FALSE; GRANT pg_read_all_data TO ${app};
    COMMENT ON ROLE ${app} IS 'it''s the app'; ALTER ROLE ${app} SET work_mem = '7MB'; ALTER ROLE ${app} SET search_path = a, "B c"; ALTER ROLE ${app} SET app.own = 'x=y';
    CREATE TABLE t (a int); ALTER TABLE t OWNER TO ${app}`);
  onTestFinished(() => sql(url, `DROP TABLE t; DROP ROLE ${app}, ${q(group)}, ${q(far)}`).then(() => {}));
  const taken = await take(url);
  expect(JSON.stringify(taken.meta)).not.toContain('SCRAM');
  expect(JSON.stringify(taken.leftOut)).not.toContain('SCRAM');
  const [hash] = await sql(url, `SELECT rolpassword AS hash FROM pg_authid WHERE rolname = '${app}'`);

  const server = await startPostgres({ settings: { fsync: 'off' } });
  onTestFinished(() => server.stop());
  const restored = async (name: string, roles: 'require' | 'make' | 'make-with-passwords') => {
    await sql(server.url, `CREATE DATABASE ${name}`);
    const to = new URL(server.url);
    to.pathname = `/${name}`;
    const place = await open(to.href);
    const by = { ...writer(), selection: { roles } };
    await place.begin(by, taken.meta);
    await restoreRest(place, taken.meta, taken.vault, by);
    await place.end(by);
    return sql(server.url, `SELECT rolpassword AS hash FROM pg_authid WHERE rolname = '${app}'`);
  };
  await expect(restored('without', 'require')).rejects.toMatchObject({
    kind: 'missing',
    message: expect.stringContaining(app),
    hint: expect.stringMatching(/--make-roles/),
  });
  expect(await restored('bare', 'make')).toEqual([{ hash: null }]);
  expect(await sql(server.url, about(prefix))).toEqual(await sql(url, about(prefix)));
  // Those that are there stay as they are.
  expect(await restored('again', 'make-with-passwords')).toEqual([{ hash: null }]);
  await sql(server.url, `DROP DATABASE bare WITH (FORCE)`);
  await sql(server.url, 'DROP DATABASE again WITH (FORCE)');
  await sql(server.url, `DROP ROLE ${app}`);
  expect(await restored('whole', 'make-with-passwords')).toEqual([hash]);
  expect(await sql(server.url, about(prefix))).toEqual(await sql(url, about(prefix)));
});
