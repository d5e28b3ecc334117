// Row Y1 of docs/coverage.md.
import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RestoreSelection } from '../../../src/domain/data.ts';
import { postgres } from '../../../src/stores/postgres/index.ts';
import { copyOf, database, open, sql, take, writer } from './lab.ts';
import { bringAll, definitions, shop } from './selecting.ts';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Roles of the server with hostile names, for as long as the test. */
const roles = async (...stems: string[]): Promise<string[]> => {
  const url = await database();
  const names = stems.map((stem) => `${stem}_${randomBytes(4).toString('hex')}`);
  for (const name of names) await sql(url, `CREATE ROLE ${quoted(name)}`);
  onTestFinished(async () => {
    for (const name of names) await sql(url, `DROP ROLE IF EXISTS ${quoted(name)}`).catch(() => {});
  });
  return names;
};

const owned = (app: string, reader: string): string => `
  CREATE SCHEMA s; CREATE TABLE s.t (a int, owner text DEFAULT 'OWNER TO ${app}'); INSERT INTO s.t VALUES (1), (2);
  ALTER SCHEMA s OWNER TO ${quoted(app)}; ALTER TABLE s.t OWNER TO ${quoted(app)};
  CREATE FUNCTION s.f() RETURNS text LANGUAGE sql AS $$ SELECT 'GRANT SELECT ON s.t TO ${app}; ' $$;
  ALTER FUNCTION s.f() OWNER TO ${quoted(app)};
  GRANT SELECT (a), UPDATE (owner) ON s.t TO ${quoted(reader)} WITH GRANT OPTION; GRANT USAGE ON SCHEMA s TO PUBLIC;
  ALTER TABLE s.t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON s.t TO ${quoted(reader)}, ${quoted(app)} USING (owner = '${reader}');
  ALTER DEFAULT PRIVILEGES FOR ROLE ${quoted(app)} IN SCHEMA s GRANT SELECT ON TABLES TO ${quoted(reader)};
  SET ROLE ${quoted(app)}; GRANT SELECT ON s.t TO ${quoted(reader)}; RESET ROLE;`;

describe('owners and rights', () => {
  test('are kept, dropped or mapped, as pg_dump sees them', async () => {
    const [app = '', reader = '', one = '', two = ''] = await roles('app', 'rea"d er', 'O"ne', 'two');
    const source = await database(owned(app, reader));
    const taken = await take(source);
    expect(await definitions(await copyOf(taken))).toBe(await definitions(source));

    const url = await database();
    await bringAll(taken, url, { owners: { [app]: one, [reader]: two } });
    const names = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => /^(ALTER|GRANT|REVOKE|CREATE POLICY|SET SESSION)/.test(line))
        .map((line) =>
          [app, reader].reduce(
            (said, name, n) =>
              said.replace(
                new RegExp(`(TO|FROM|ROLE|,|AUTHORIZATION) "?${name.replaceAll('"', '""')}"?(?=[; ,])`, 'g'),
                `$1 {${n}}`,
              ),
            [one, two].reduce(
              (said, name, n) =>
                said.replace(
                  new RegExp(`(TO|FROM|ROLE|,|AUTHORIZATION) "?${name.replaceAll('"', '""')}"?(?=[; ,])`, 'g'),
                  `$1 {${n}}`,
                ),
              line,
            ),
          ),
        )
        .sort();
    const expected = names(await definitions(source));
    expect(expected.join('\n')).toMatch(/OWNER TO \{0\}[\s\S]*TO \{1\}/);
    expect(names(await definitions(url))).toEqual(expected);
    const named = `SELECT DISTINCT rolname FROM pg_shdepend JOIN pg_roles r ON r.oid = refobjid JOIN pg_database d ON d.oid = dbid
      WHERE datname = current_database() AND refclassid = 'pg_authid'::regclass AND rolname <> 'postgres' ORDER BY 1`;
    expect((await sql(url, named)).map(({ rolname }) => rolname).sort()).toEqual([one, two].sort());
    expect(await sql(url, `SELECT s.f(), (SELECT pg_get_expr(polqual, polrelid) FROM pg_policy) AS policy`)).toEqual(
      await sql(source, `SELECT s.f(), (SELECT pg_get_expr(polqual, polrelid) FROM pg_policy) AS policy`),
    );

    const bare = await database();
    await bringAll(taken, bare, { owners: 'drop', privileges: 'drop' });
    const plain = ['--no-owner', '--no-privileges'];
    expect(await definitions(bare, ...plain)).toBe(await definitions(source, ...plain));
    expect(
      await sql(bare, `SELECT relowner = current_user::regrole AS ours, relacl FROM pg_class WHERE relname = 't'`),
    ).toEqual([{ ours: true, relacl: null }]);
  });

  test('roles that are not there are named before any change, and so is a role that the set does not name', async () => {
    const [app = '', reader = ''] = await roles('app', 'rea"d er');
    const source = await database(owned(app, reader));
    const { meta } = await take(source);
    await sql(
      source,
      `DROP OWNED BY ${quoted(reader)}; DROP OWNED BY ${quoted(app)}; DROP ROLE ${quoted(app)}, ${quoted(reader)}`,
    );
    const url = await database();
    const place = await open(url);
    const refused = async (selection: RestoreSelection): Promise<unknown> =>
      place.begin({ ...writer(), selection }, meta).catch((error: unknown) => error);
    const lacks = (names: readonly string[]) => ({
      kind: 'missing',
      message: expect.stringMatching(new RegExp(`roles that the set names: ${names.toSorted().join(', ')}$`)),
      hint: expect.stringMatching(/CREATE ROLE .*--owner old=new.*--no-owner, --no-privileges/),
    });
    expect(await refused({})).toMatchObject(lacks([app, reader]));
    expect(await refused({ owners: { [app]: 'postgres' } })).toMatchObject(lacks([reader]));
    expect(await refused({ owners: { [app]: 'nobody_there' } })).toMatchObject(lacks(['nobody_there', reader]));
    expect(await refused({ owners: 'drop', privileges: 'drop' })).toMatchObject(lacks([app, reader]));
    expect(await sql(url, `SELECT nspname FROM pg_namespace WHERE nspname = 'dr_runbooks'`)).toEqual([]);
    expect(() => postgres.explain(meta, { owners: { typo: 'postgres' } })).toThrow(
      expect.objectContaining({
        kind: 'no-match',
        message: expect.stringContaining('"typo"'),
        hint: expect.stringContaining(app),
      }),
    );
    await place.begin({ ...writer(), selection: { owners: { [app]: 'postgres', [reader]: 'postgres' } } }, meta);
  });
});

describe('a login without the rights of a superuser', () => {
  const login = async (): Promise<{ role: string; as: (url: string) => string }> => {
    const [role = ''] = await roles('login');
    await sql(await database(), `ALTER ROLE ${role} LOGIN PASSWORD 'pw'`);
    const as = (url: string): string => Object.assign(new URL(url), { username: role, password: 'pw' }).href;
    return { role, as };
  };

  test('is told to whom it may not give objects', async () => {
    const [app = '', reader = ''] = await roles('app', 'reader');
    const { meta } = await take(await database(owned(app, reader)));
    const { role, as } = await login();
    const url = await database();
    await sql(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} OWNER TO ${role}`);
    await expect((await open(as(url))).begin(writer(), meta)).rejects.toMatchObject({
      kind: 'no-permission',
      message: expect.stringContaining(app),
      hint: expect.stringContaining('--no-owner'),
    });
    await sql(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} OWNER TO postgres; DROP OWNED BY ${role}`);
  });

  test('loads rows past its own triggers, and past foreign keys when it may be a replica', async () => {
    const source = await database(shop);
    const taken = await take(source);
    const { role, as } = await login();
    const url = await database();
    await bringAll(taken, url, { parts: 'schema' });
    await sql(url, `GRANT CREATE ON DATABASE ${new URL(url).pathname.slice(1)} TO ${role}`);
    await sql(url, `REASSIGN OWNED BY postgres TO ${role}`).catch(() => {});
    for (const table of ['customers', 'orders', 'lines']) await sql(url, `ALTER TABLE shop.${table} OWNER TO ${role}`);
    await sql(
      url,
      `ALTER SCHEMA shop OWNER TO ${role}; ALTER SCHEMA "audit ""log" OWNER TO ${role};
      ALTER TABLE "audit ""log"."ev*nts" OWNER TO ${role}; DROP SCHEMA dr_runbooks CASCADE`,
    );
    const before = await definitions(url);
    await bringAll(taken, as(url), { parts: 'data', only: ['shop.customers'] });
    expect(await definitions(url)).toBe(before);

    const rest: RestoreSelection = { parts: 'data', only: ['shop.orders', 'shop.lines'] };
    const place = await open(as(url));
    await expect(place.begin({ ...writer(), selection: rest }, taken.meta)).rejects.toMatchObject({
      kind: 'no-permission',
      message: expect.stringMatching(/lines_order_fkey of shop\.lines, orders_parent_fkey of shop\.orders/),
      hint: expect.stringMatching(/GRANT SET ON PARAMETER session_replication_role/),
    });
    await sql(url, `GRANT SET ON PARAMETER session_replication_role TO ${role}`);
    await bringAll(taken, as(url), rest);
    expect(await definitions(url)).toBe(before);
    await sql(
      url,
      `REVOKE SET ON PARAMETER session_replication_role FROM ${role}; REASSIGN OWNED BY ${role} TO postgres; DROP OWNED BY ${role}`,
    );
  });
});
