import type { Client } from 'pg';
import type { RestoreSelection } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import type { ObjectPrint } from '../../../domain/fingerprint.ts';
import { isAdding, isShared } from '../../../domain/parts.ts';
import type { Writer } from '../../port.ts';
import { isUsers } from '../catalog/catalog.ts';
import { refuseCollations } from '../catalog/collations.ts';
import { refuseFeatures } from '../catalog/features.ts';
import { describeAddress } from '../connection/address.ts';
import { refuseConnected } from '../connection/other-sessions.ts';
import type { Session } from '../connection/session.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { PostgresMeta } from '../meta.ts';
import { chosenOf, printedIn } from '../selection/chosen.ts';
import { explain } from '../selection/explain.ts';
import { neededRoles } from '../selection/needed-roles.ts';
import { takeLedger } from './ledger.ts';
import { refuseShared } from './refuse-shared.ts';

/** What a fresh database does not have, whoever made it. */
const contents = `
  WITH member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
  SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND ${isUsers('n.nspname')}
      AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM member)
  UNION ALL SELECT 'function ' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE ${isUsers('n.nspname')} AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM member)
  UNION ALL SELECT 'type ' || t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r') AND ${isUsers('n.nspname')}
      AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM member)
  UNION ALL SELECT 'schema ' || n.nspname FROM pg_namespace n
    WHERE n.nspname <> 'public' AND ${isUsers('n.nspname')}
      AND ('pg_namespace'::regclass, n.oid) NOT IN (SELECT classid, objid FROM member)
  UNION ALL SELECT 'large object ' || oid FROM pg_largeobject_metadata
  UNION ALL SELECT 'publication ' || pubname FROM pg_publication
  UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
  UNION ALL SELECT 'subscription ' || subname FROM pg_subscription
    WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  LIMIT 6`;

const refuseContents = async (client: Client, where: string): Promise<void> => {
  const { rows } = await client.query<{ name: string }>(contents);
  if (rows.length === 0) return;
  const found = rows.slice(0, 5).map(({ name }) => JSON.stringify(name));
  throw new DrError(
    'not-empty',
    `${where} is not empty: found ${found.join(', ')}${rows.length > 5 ? ', …' : ''}`,
    'restore to an empty place, or discard what is there first',
  );
};

/** What a selection cannot do without. */
interface Needs {
  roles: readonly string[];
  owners: readonly string[];
  extensions: readonly string[];
}

const needsOf = (meta: PostgresMeta, selection: RestoreSelection): Needs => {
  const chosen = chosenOf(meta, selection);
  const { owners, all } = neededRoles(meta, chosen, selection);
  const isMade = (name: string): boolean =>
    (selection.roles ?? 'require') !== 'require' && (meta.roleDefinitions ?? []).some((role) => role.name === name);
  const made = chosen.entries.flatMap(({ kind, tag }) => (kind === 'EXTENSION' ? tag : []));
  return {
    owners,
    roles: all.filter((name) => !isMade(name)),
    extensions: isShared(selection) ? made : meta.extensions,
  };
};

/** The first refusal there is. @throws DrError `too-old`, `not-supported`, `missing`, `no-permission` */
const refuseServer = async (
  client: Client,
  session: Session,
  meta: PostgresMeta,
  needs: Needs,
  where: string,
): Promise<void> => {
  const { server } = session;
  if (server.major < meta.server.major) {
    throw new DrError(
      'too-old',
      `${where} is ${server.version}, and the set is of ${meta.server.version}`,
      `restore to a server of PostgreSQL ${meta.server.major} or newer`,
    );
  }
  if (server.encoding !== meta.server.encoding) {
    throw new DrError(
      'not-supported',
      `${where} is encoded in ${server.encoding}, and the set in ${meta.server.encoding}`,
      `create the database with ENCODING ${meta.server.encoding} TEMPLATE template0`,
    );
  }
  const absent = async (names: readonly string[], known: string): Promise<string[]> => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT name FROM unnest($1::text[]) AS name WHERE name NOT IN (${known}) ORDER BY 1`,
      [names],
    );
    return rows.map(({ name }) => name);
  };
  const roles = await absent(needs.roles, 'SELECT rolname FROM pg_roles');
  if (roles.length > 0) {
    throw new DrError(
      'missing',
      `the server of ${where} lacks roles that the set names: ${roles.join(', ')}`,
      `let the restore make them (--make-roles), or create them first, for example CREATE ROLE ${JSON.stringify(roles[0])} NOLOGIN; or take others in their place (--owner old=new), or none (--no-owner, --no-privileges)`,
    );
  }
  const { rows: closed } = await client.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_roles WHERE rolname = ANY ($1) AND NOT pg_has_role(oid, 'MEMBER') ORDER BY 1`,
    [needs.owners],
  );
  if (closed.length > 0) {
    const names = closed.map(({ name }) => name);
    throw new DrError(
      'no-permission',
      `this login may not give objects of ${where} to ${names.join(', ')}: it is no member of them`,
      `GRANT ${JSON.stringify(names[0])} TO it, take other owners (--owner old=new), or own everything with it (--no-owner)`,
    );
  }
  const extensions = await absent(needs.extensions, 'SELECT name FROM pg_available_extensions');
  if (extensions.length > 0) {
    throw new DrError(
      'missing',
      `the server of ${where} lacks extensions that the set needs: ${extensions.join(', ')}`,
      'install their packages at the server',
    );
  }
};

/** What the tables hold that rows are added to. */
const readBefore = async (
  session: Session,
  chosen: PostgresMeta,
  selection: RestoreSelection,
): Promise<Readonly<Record<string, ObjectPrint>>> => {
  if (!isAdding(selection)) return {};
  const names = new Set(printedIn(chosen));
  return (await fingerprintOf(session, (object) => names.has(object))).objects;
};

/**
 * Makes `by` the writer of a place that is empty, or as its selection says; again for the same writer is fine.
 * @throws DrError `stale-epoch`, `too-old`, `not-supported` (another encoding), `missing` (roles, extensions, tables for rows
 * alone), `not-empty`, `no-permission`, `refused`, and what `explain` throws
 */
export const begin = async (session: Session, by: Writer, meta: PostgresMeta): Promise<void> => {
  const { selection = {} } = by;
  explain(meta, selection);
  const chosen = chosenOf(meta, selection);
  const where = describeAddress(session.at);
  await session.run('beginning a restore', async ({ client }) => {
    await client.query('BEGIN');
    await takeLedger(client, by, async () => {
      await refuseServer(client, session, meta, needsOf(meta, selection), where);
      if (selection.parts !== 'data') {
        await refuseCollations(client, meta.collations ?? [], where);
        await refuseFeatures(client, meta, chosen.entries, where);
      }
      if (isShared(selection)) await refuseShared(client, chosen, selection, where);
      else {
        await refuseContents(client, where);
        await refuseConnected(client, where);
      }
      return readBefore(session, chosen, selection);
    });
    await client.query('COMMIT');
  });
};
