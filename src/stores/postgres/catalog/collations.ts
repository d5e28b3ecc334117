import type { Client } from 'pg';
import { DrError } from '../../../domain/errors.ts';
import { literal } from '../connection/quote.ts';
import { tryOut } from '../connection/try-out.ts';
import type { CollationMeta } from '../meta.ts';

/**
 * Collations that something uses, without those every server has. Columns of the catalog come and go between versions. One
 * that bounds partitions says by its order which rows belong where.
 */
const used = `WITH bounding AS (SELECT DISTINCT unnest(partcollation::oid[]) AS oid FROM pg_partitioned_table WHERE partstrat <> 'h')
  SELECT n.nspname = 'pg_catalog' AS "isSystem", c.collname AS name, c.collprovider AS provider,
    coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate) AS locale,
    c.collisdeterministic AS "isDeterministic", pg_collation_actual_version(c.oid) AS version,
    c.oid IN (SELECT oid FROM bounding) AS "isBounding"
  FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
  WHERE c.collprovider IN ('c', 'i') AND coalesce(c.collcollate, '') NOT IN ('C', 'POSIX')
    AND (n.nspname <> 'pg_catalog' OR EXISTS (SELECT FROM pg_depend d
      WHERE d.refclassid = 'pg_collation'::regclass AND d.refobjid = c.oid))
  ORDER BY n.nspname, c.collname`;

export const readCollations = async (client: Client): Promise<CollationMeta[]> => {
  const { rows } = await client.query<CollationMeta>(used);
  return rows;
};

/** The version of a collation as this server has it; undefined where it has none. */
const versionOf = async (client: Client, one: CollationMeta): Promise<string | null | undefined> => {
  const known = `SELECT pg_collation_actual_version(oid) AS version FROM pg_collation
    WHERE collname = $1 AND collnamespace = $2::regnamespace AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))`;
  if (one.isSystem) {
    const { rows } = await client.query<{ version: string | null }>(known, [one.name, 'pg_catalog']);
    return rows[0]?.version;
  }
  const found = await tryOut(client, async () => {
    const how = `provider = ${one.provider === 'i' ? 'icu' : 'libc'}, locale = ${literal(one.locale)}, deterministic = ${one.isDeterministic}`;
    await client.query(`CREATE COLLATION pg_temp.dr_runbooks_probe (${how})`);
    const { rows } = await client.query<{ version: string | null }>(
      `SELECT pg_collation_actual_version(oid) AS version FROM pg_collation
        WHERE collname = 'dr_runbooks_probe' AND collnamespace = pg_my_temp_schema()`,
    );
    return rows[0]?.version;
  });
  return 'refused' in found ? undefined : found.answer;
};

/**
 * In the open transaction, which it leaves as it was: refuses a server that cannot compare texts as the set does. Another
 * version of a collation is no harm where indexes are all it orders: they are built anew.
 * @throws DrError `missing` (no such collation), `not-supported` (another version of one that bounds partitions)
 */
export const refuseCollations = async (
  client: Client,
  collations: readonly CollationMeta[],
  where: string,
): Promise<void> => {
  const absent: string[] = [];
  const other: string[] = [];
  for (const one of collations) {
    const version = await versionOf(client, one);
    if (version === undefined) absent.push(`${one.name} (${one.provider === 'i' ? 'ICU' : 'libc'}, ${one.locale})`);
    else if (one.isBounding && one.version !== null && version !== null && version !== one.version) {
      other.push(`${one.name} is of version ${one.version} in the set and ${version} there`);
    }
  }
  if (absent.length > 0) {
    throw new DrError(
      'missing',
      `the server of ${where} lacks collations that the set needs: ${absent.join(', ')}`,
      'install the locales at the server, or use a server that is built with ICU',
    );
  }
  if (other.length > 0) {
    throw new DrError(
      'not-supported',
      `${where} orders texts otherwise, and partitions are cut by that order: ${other.join('; ')}`,
      'restore to a server with the same version of ICU or of the C library',
    );
  }
};
