import type { Client } from 'pg';
import type { EntryMeta } from '../meta.ts';

/** What a database holds that needs no table, named as pg_dump names it. */
const there = `
  SELECT 'SCHEMA' AS kind, '' AS schema, nspname AS tag FROM pg_namespace
  UNION ALL SELECT 'EXTENSION', '', extname FROM pg_extension
  UNION ALL SELECT 'PROCEDURAL LANGUAGE', '', lanname FROM pg_language
  UNION ALL SELECT 'FOREIGN DATA WRAPPER', '', fdwname FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'SERVER', '', srvname FROM pg_foreign_server
  UNION ALL SELECT 'PUBLICATION', '', pubname FROM pg_publication
  UNION ALL SELECT 'ACCESS METHOD', '', amname FROM pg_am
  UNION ALL SELECT CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, n.nspname, t.typname
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  UNION ALL SELECT 'SEQUENCE', n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S'
  UNION ALL SELECT 'COLLATION', n.nspname, c.collname FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
  UNION ALL SELECT 'TEXT SEARCH CONFIGURATION', n.nspname, c.cfgname FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
  UNION ALL SELECT 'TEXT SEARCH DICTIONARY', n.nspname, d.dictname FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
  UNION ALL SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END, n.nspname,
      p.proname || '(' || array_to_string(ARRAY (SELECT format_type(one, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (one, n)
        ORDER BY a.n), ', ') || ')'
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace`;

const nameOf = (kind: string, schema: string, tag: string): string =>
  JSON.stringify([kind, schema === '-' ? '' : schema, tag]);

/** The entries, with their comments and rights, that are not in the database yet: those that are stay as they are. */
export const notYetThere = async (client: Client, entries: readonly EntryMeta[]): Promise<EntryMeta[]> => {
  const { rows } = await client.query<{ kind: string; schema: string; tag: string }>(there);
  const found = new Set(rows.map(({ kind, schema, tag }) => nameOf(kind, schema, tag)));
  const absent = new Set(
    entries.flatMap(({ id, kind, schema, tag, needs }) =>
      needs.length === 0 && found.has(nameOf(kind, schema, tag)) ? [] : id,
    ),
  );
  return entries.filter((entry) => absent.has(entry.with));
};
