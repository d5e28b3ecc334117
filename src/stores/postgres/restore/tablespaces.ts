import type { Client } from 'pg';
import { changeEntries } from '../backup/archive.ts';

/** Archives that were changed, by the tablespaces a server has: every index asks for the same one again. */
const changed = new WeakMap<Buffer, Map<string, Buffer>>();

/**
 * The archive with every object in a tablespace of the same name, where this server has one that the login may use, and in
 * the default one otherwise.
 */
export const placeTablespaces = async (client: Client, archive: Buffer): Promise<Buffer> => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT spcname AS name FROM pg_tablespace WHERE has_tablespace_privilege(oid, 'CREATE') ORDER BY 1`,
  );
  const names = new Set(rows.map(({ name }) => name));
  const key = JSON.stringify([...names]);
  const known = changed.get(archive) ?? new Map<string, Buffer>();
  changed.set(archive, known);
  const placed =
    known.get(key) ?? changeEntries(archive, ({ tablespace }) => (names.has(tablespace) ? {} : { tablespace: '' }));
  known.set(key, placed);
  return placed;
};
