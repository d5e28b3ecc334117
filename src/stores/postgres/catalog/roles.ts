import type { Client } from 'pg';
import type { Source } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import { ident, literal } from '../connection/quote.ts';
import type { RoleMeta } from '../meta.ts';
import { keepSetting } from './keep-setting.ts';

/** Hashes of passwords, by role: a stream of its own, so that nobody meets them who does not ask for them. */
export const passwordStream = 'role-passwords';

/** The roles themselves, and those they are members of. */
const definitions = `WITH RECURSIVE wanted AS (
    SELECT oid FROM pg_roles WHERE rolname = ANY ($1::text[])
    UNION SELECT m.roleid FROM wanted w JOIN pg_auth_members m ON m.member = w.oid)
  SELECT r.rolname AS name, shobj_description(r.oid, 'pg_authid') AS comment,
    array_remove(ARRAY[CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN NOT rolinherit THEN 'NOINHERIT' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
      CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolcanlogin THEN 'LOGIN' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
      CASE WHEN rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN rolconnlimit >= 0 THEN 'CONNECTION LIMIT ' || rolconnlimit END,
      CASE WHEN rolvaliduntil IS NOT NULL THEN 'VALID UNTIL ' || quote_literal(rolvaliduntil) END], NULL) AS attributes,
    (SELECT coalesce(json_agg(json_build_object('role', g.rolname, 'isAdmin', m.admin_option,
        'inherits', to_jsonb(m) -> 'inherit_option', 'mayBecome', to_jsonb(m) -> 'set_option') ORDER BY g.rolname), '[]')
      FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid) AS "memberOf",
    (SELECT coalesce(json_agg(json_build_object('name', split_part(one, '=', 1), 'value', substr(one, strpos(one, '=') + 1)) ORDER BY n), '[]')
      FROM pg_db_role_setting s, unnest(s.setconfig) WITH ORDINALITY AS each (one, n) WHERE s.setrole = r.oid AND s.setdatabase = 0) AS settings
  FROM pg_roles r JOIN wanted USING (oid) WHERE r.rolname !~ '^pg_' ORDER BY r.rolname`;

export const readRoleDefinitions = async (client: Client, names: readonly string[]): Promise<RoleMeta[]> => {
  const { rows } = await client.query<RoleMeta>(definitions, [names]);
  return rows;
};

/** Null where this login may not read them. */
export const readPasswords = async (
  client: Client,
  roles: readonly RoleMeta[],
): Promise<Readonly<Record<string, string>> | null> => {
  const { rows: may } = await client.query<{ is: boolean }>(
    `SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS is`,
  );
  if (!may[0]!.is) return null;
  const { rows } = await client.query<{ name: string; hash: string }>(
    'SELECT rolname AS name, rolpassword AS hash FROM pg_authid WHERE rolname = ANY ($1) AND rolpassword IS NOT NULL',
    [roles.map(({ name }) => name)],
  );
  return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]));
};

const readStream = async (from: Source): Promise<Readonly<Record<string, string>>> =>
  JSON.parse(Buffer.concat(await Array.fromAsync(from.read(passwordStream))).toString());

const optionsOf = ({ isAdmin, inherits, mayBecome }: RoleMeta['memberOf'][number], major: number): string => {
  if (major < 16) return isAdmin ? ' WITH ADMIN OPTION' : '';
  const say = (name: string, is: boolean | null): string[] => (is === null ? [] : [`${name} ${is}`]);
  return ` WITH ${[`ADMIN ${isAdmin}`, ...say('INHERIT', inherits), ...say('SET', mayBecome)].join(', ')}`;
};

/**
 * In the open transaction: makes the roles that the server lacks, and leaves those it has as they are. Without `passwords`
 * nobody can log in as one of them by a password.
 * @throws DrError `no-permission` and what the server says
 */
export const makeRoles = async (
  client: Client,
  roles: readonly RoleMeta[],
  wanted: ReadonlySet<string>,
  major: number,
  passwords: Source | null,
): Promise<void> => {
  const { rows } = await client.query<{ name: string }>('SELECT rolname AS name FROM pg_roles');
  const known = new Set(rows.map(({ name }) => name));
  const byName = new Map(roles.map((role) => [role.name, role]));
  // What one is a member of has to be there as well.
  const needed = new Set([...wanted].filter((name) => byName.has(name)));
  for (const name of needed) for (const { role } of byName.get(name)!.memberOf) if (byName.has(role)) needed.add(role);
  const missing = roles.filter(({ name }) => needed.has(name) && !known.has(name));
  const hashes = passwords === null || missing.length === 0 ? {} : await readStream(passwords);
  for (const { name, attributes } of missing) {
    const hash = hashes[name] === undefined ? '' : ` PASSWORD ${literal(hashes[name])}`;
    await client.query(`CREATE ROLE ${ident(name)} ${attributes.join(' ')}${hash}`).catch((error: Error) => {
      throw new DrError(
        'no-permission',
        `role ${JSON.stringify(name)} cannot be made: ${error.message}`,
        'give this login CREATEROLE (a superuser makes superusers), or make the role by hand',
      );
    });
  }
  for (const { name, comment, memberOf, settings } of missing) {
    if (comment !== null) await client.query(`COMMENT ON ROLE ${ident(name)} IS ${literal(comment)}`);
    for (const one of memberOf) {
      await client.query(`GRANT ${ident(one.role)} TO ${ident(name)}${optionsOf(one, major)}`);
    }
    for (const setting of settings) await keepSetting(client, `ROLE ${ident(name)}`, setting);
  }
};
