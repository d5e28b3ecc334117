import type { Client } from 'pg';
import { DrError } from '../../../domain/errors.ts';
import { objectName } from '../connection/quote.ts';
import type { Server } from '../connection/session.ts';
import type { View } from './view.ts';

/** TID range scans, `DROP DATABASE … WITH (FORCE)` and what else is taken for granted are there since. */
const leastMajor = 14;

/** They keep rows or catalogs of their own that a logical copy does not bring back. */
const foreignExtensions = ['timescaledb', 'citus'];

const listOf = async (client: Client, sql: string): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>(sql);
  return rows.map(({ name }) => name);
};

/**
 * Nothing is written before everything that cannot be backed up faithfully has been named.
 * @throws DrError `not-supported`
 */
export const refuseGaps = async (client: Client, server: Server): Promise<void> => {
  const found: string[] = [];
  if (server.major < leastMajor) found.push(`${server.version} (${leastMajor} or newer is needed)`);
  else {
    const extensions = await listOf(client, 'SELECT extname AS name FROM pg_extension');
    for (const name of foreignExtensions) if (extensions.includes(name)) found.push(`extension ${name}`);
    for (const name of await listOf(client, hashedByEnum)) found.push(`table ${name}, hash-partitioned by an enum`);
  }
  if (found.length === 0) return;
  throw new DrError(
    'not-supported',
    `this cannot be backed up faithfully: ${found.join('; ')}`,
    'back the server up physically, or leave what is named out of the database',
  );
};

/** An enum's hash is that of its object id, so in another database rows belong to other partitions. */
const hashedByEnum = `SELECT p.partrelid::regclass::text AS name FROM pg_partitioned_table p
  JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = ANY (p.partattrs)
  JOIN pg_type t ON t.oid = a.atttypid
  WHERE p.partstrat = 'h' AND t.typtype = 'e'`;

const isSuper = `(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`;

const inThisDatabase = 'SELECT oid FROM pg_database WHERE datname = current_database()';

/** True gaps, one query each: `name` goes into the sentence. */
const leftOut: readonly (readonly [sql: string, sentence: (names: string) => string])[] = [
  [
    `SELECT subname AS name FROM pg_subscription WHERE subdbid = (${inThisDatabase}) AND ${isSuper}`,
    (names) =>
      `slots of subscriptions, and how far they have come: ${names}; they are restored disabled, and name no slot at the publisher`,
  ],
  [
    `SELECT subname AS name FROM pg_subscription WHERE subdbid = (${inThisDatabase}) AND NOT ${isSuper}`,
    (names) => `subscriptions, which only a superuser can read: ${names}`,
  ],
  [
    `SELECT slot_name AS name FROM pg_replication_slots WHERE database = current_database()`,
    (names) => `replication slots: ${names}`,
  ],
  [
    `SELECT gid AS name FROM pg_prepared_xacts WHERE database = current_database()`,
    (names) => `prepared transactions that nobody has committed yet: ${names}`,
  ],
  [
    `SELECT datconnlimit::text AS name FROM pg_database WHERE datname = current_database() AND datconnlimit >= 0`,
    (names) => `the connection limit of the database: ${names}`,
  ],
  [
    `SELECT DISTINCT spcname AS name FROM pg_tablespace t JOIN pg_class c ON c.reltablespace = t.oid
      WHERE c.relkind <> 'S' AND spcname <> 'pg_global'`,
    (names) =>
      `tablespaces: ${names}; what is in them goes to one of the same name where there is one, and to the default one otherwise`,
  ],
];

/** Things of the database that the set does not hold, as sentences. */
export const readLeftOut = async (view: View, roles: readonly string[], isStandby: boolean): Promise<string[]> => {
  const found: string[] = [];
  const [login] = await listOf(view.client, 'SELECT current_user AS name');
  const others = roles.filter((name) => name !== login);
  if (others.length > 0) {
    found.push(
      `roles: ${others.join(', ')}; they belong to the server, and have to be there before a restore or are made by it when that is asked for`,
    );
  }
  for (const [sql, sentence] of leftOut) {
    const names = await listOf(view.client, sql);
    if (names.length > 0) found.push(sentence(names.join(', ')));
  }
  const named = (is: (one: View['relations'][number]) => boolean): string =>
    view.relations
      .filter(is)
      .map(({ schema, name }) => objectName(schema, name))
      .join(', ');
  const foreign = named(({ kind }) => kind === 'f');
  if (foreign !== '') found.push(`rows of foreign tables, which are on other servers: ${foreign}`);
  const refreshed = named(({ kind }) => kind === 'm');
  if (refreshed !== '') found.push(`contents of materialized views, which are refreshed instead: ${refreshed}`);
  const unlogged = named(({ isUnlogged }) => isUnlogged);
  if (unlogged !== '') {
    found.push(
      isStandby
        ? `rows of unlogged tables, which a standby does not have: ${unlogged}`
        : `safety of unlogged tables: their rows are kept, but a server that crashes empties them, a restored one too: ${unlogged}`,
    );
  }
  return found;
};

/** Roles that own something, may do something or are named by a policy. */
export const readRoles = async (client: Client, owners: Iterable<string>): Promise<string[]> => {
  const named = await listOf(
    client,
    `SELECT DISTINCT rolname AS name FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
      WHERE d.refclassid = 'pg_authid'::regclass AND (d.dbid = (${inThisDatabase})
        OR d.dbid = 0 AND d.classid = 'pg_database'::regclass AND d.objid = (${inThisDatabase}) AND d.deptype = 'a')`,
  );
  return [...new Set([...named, ...owners])].filter((name) => name !== '' && !name.startsWith('pg_')).sort();
};

export const readExtensions = (client: Client): Promise<string[]> =>
  listOf(client, `SELECT extname AS name FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1`);

export const readSettings = async (client: Client): Promise<{ role: string | null; name: string; value: string }[]> => {
  const { rows } = await client.query(`SELECT r.rolname AS role, split_part(one, '=', 1) AS name,
      substr(one, strpos(one, '=') + 1) AS value
    FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) WITH ORDINALITY AS each (one, n) LEFT JOIN pg_roles r ON r.oid = s.setrole
    WHERE s.setdatabase = (${inThisDatabase}) ORDER BY 1 NULLS FIRST, n`);
  return rows;
};
