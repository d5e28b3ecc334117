import type { Client } from 'pg';
import type { Inspection } from '../port.ts';
import { isUsers } from './catalog/catalog.ts';
import { objectName } from './connection/quote.ts';
import type { Session } from './connection/session.ts';
import { readMark } from './mark.ts';

const isExtension = `EXISTS (SELECT FROM pg_depend d
  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

const objects = `SELECT n.nspname AS schema, c.relname AS name, pg_total_relation_size(c.oid) AS bytes,
    CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples END AS rows
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND ${isUsers('n.nspname')} AND NOT ${isExtension}
  ORDER BY 3 DESC, n.nspname COLLATE "C", c.relname COLLATE "C"`;

/** `what` this login lacks, and how it gets it. The list is cut: one line of it stops a run. */
const missing = `
  SELECT 'it may not read ' || c.oid::regclass || ': GRANT SELECT ON ' || c.oid::regclass || ' TO ' || quote_ident(current_user) AS what
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't' AND ${isUsers('n.nspname')}
      AND NOT has_table_privilege(c.oid, 'SELECT')
  UNION ALL
  SELECT 'row-level security hides rows of ' || c.oid::regclass || ': ALTER ROLE ' || quote_ident(current_user) || ' BYPASSRLS'
    FROM pg_class c WHERE c.relrowsecurity AND row_security_active(c.oid)
  UNION ALL
  SELECT 'it may not read large objects: GRANT SELECT ON pg_catalog.pg_largeobject TO ' || quote_ident(current_user)
    WHERE EXISTS (SELECT FROM pg_largeobject_metadata) AND NOT has_table_privilege('pg_catalog.pg_largeobject', 'SELECT')
  UNION ALL
  SELECT 'it may not create schemas: GRANT CREATE ON DATABASE ' || quote_ident(current_database()) || ' TO ' || quote_ident(current_user)
    WHERE NOT has_database_privilege(current_database(), 'CREATE')
  LIMIT 20`;

const readClock = async (client: Client): Promise<{ clock: string; skewMs: number }> => {
  const before = Date.now();
  const { rows } = await client.query<{ ms: string }>(`SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms`);
  const ours = (before + Date.now()) / 2;
  const theirs = Math.floor(Number(rows[0]!.ms));
  return { clock: new Date(theirs).toISOString(), skewMs: Math.round(ours - theirs) };
};

/** `freeBytes` is never known: PostgreSQL does not say it. */
export const inspect = (session: Session): Promise<Inspection> =>
  session.run('inspecting', async ({ client }) => {
    const clock = await readClock(client);
    const { rows } = await client.query<{ schema: string; name: string; bytes: string; rows: number | null }>(objects);
    const { rows: lacks } = await client.query<{ what: string }>(missing);
    const { rows: sizes } = await client.query<{ bytes: string }>(
      'SELECT pg_database_size(current_database()) AS bytes',
    );
    return {
      mark: await readMark(client),
      version: session.server.version,
      ...clock,
      objects: rows.map((row) => ({
        name: objectName(row.schema, row.name),
        bytes: Number(row.bytes),
        rows: row.rows === null ? null : Math.round(row.rows),
      })),
      bytes: Number(sizes[0]!.bytes),
      freeBytes: null,
      missingPermissions: lacks.map(({ what }) => what),
    };
  });
