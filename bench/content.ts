import { query } from './lab.ts';
import { overTables } from './peers.ts';

/** What two databases have to share to be equal, table by table and object by object. */
export type Content = ReadonlyMap<string, string>;

const objects = `
  SELECT 'index ' || indexrelid::regclass AS name, pg_get_indexdef(indexrelid) || indisvalid AS says FROM pg_index
    JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) || convalidated
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'column ' || attrelid::regclass || ' ' || attname, format_type(atttypid, atttypmod) || attnotnull
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped`;

/** Rows are hashed as text: a way that shares nothing with the product's own fingerprints. */
export const contentOf = async (url: string): Promise<Content> => {
  const content = new Map<string, string>();
  await overTables(url, async (client, table) => {
    const { rows } = await client.query<{ says: string }>(
      `SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS says FROM ONLY ${table} t`,
    );
    content.set(table, rows[0]!.says);
  });
  for (const { name, says } of await query<{ name: string; says: string }>(url, objects)) content.set(name, says);
  return content;
};

/** @throws Error that names the first difference */
export const checkEqual = (expected: Content, found: Content): void => {
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    if (expected.get(name) === found.get(name)) continue;
    throw new Error(`NOT EQUAL: ${name}: expected ${expected.get(name)}, found ${found.get(name)}`);
  }
};
