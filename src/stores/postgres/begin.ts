import type { Client } from 'pg';
import { DrError } from '../../domain/errors.ts';
import type { Writer } from '../port.ts';
import { describeAddress } from './address.ts';
import { isUsers } from './catalog.ts';
import { takeLedger } from './ledger.ts';
import type { PostgresMeta } from './meta.ts';
import type { Session } from './session.ts';

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

/** The first refusal there is. @throws DrError `too-old`, `not-supported`, `missing` */
const refuseServer = async (client: Client, session: Session, meta: PostgresMeta, where: string): Promise<void> => {
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
  const roles = await absent(meta.roles, 'SELECT rolname FROM pg_roles');
  if (roles.length > 0) {
    throw new DrError(
      'missing',
      `the server of ${where} lacks roles that the set names: ${roles.join(', ')}`,
      `create them first, for example CREATE ROLE ${JSON.stringify(roles[0])} NOLOGIN`,
    );
  }
  const extensions = await absent(meta.extensions, 'SELECT name FROM pg_available_extensions');
  if (extensions.length > 0) {
    throw new DrError(
      'missing',
      `the server of ${where} lacks extensions that the set needs: ${extensions.join(', ')}`,
      'install their packages at the server',
    );
  }
};

/**
 * Makes `by` the writer of an empty place; again for the same writer is fine.
 * @throws DrError `stale-epoch`, `too-old`, `not-supported` (another encoding), `missing` (roles, extensions), `not-empty`
 */
export const begin = (session: Session, by: Writer, meta: PostgresMeta): Promise<void> =>
  session.run('beginning a restore', async ({ client }) => {
    const where = describeAddress(session.at);
    await client.query('BEGIN');
    await takeLedger(client, by, async () => {
      await refuseServer(client, session, meta, where);
      await refuseContents(client, where);
    });
    await client.query('COMMIT');
  });
