import type { Client } from 'pg';
import { literal } from '../connection/quote.ts';

export interface Relation {
  oid: number;
  schema: string;
  name: string;
}

const part = (column: string): string =>
  `CASE WHEN ${column} ~ '[."]' THEN '"' || replace(${column}, '"', '""') || '"' ELSE ${column} END`;

/** The same stable name that `objectName` makes, on the server. */
export const objectNameSql = (schema: string, name: string): string => `${part(schema)} || '.' || ${part(name)}`;

/** Tables, partitioned and foreign tables, views and materialized views, by their stable names; absent ones are left out. */
export const findRelations = async (client: Client, names: readonly string[]): Promise<Map<string, Relation>> => {
  const { rows } = await client.query<Relation & { object: string }>(
    `SELECT oid::int8, schema, name, object FROM (
      SELECT c.oid, n.nspname AS schema, c.relname AS name, ${objectNameSql('n.nspname', 'c.relname')} AS object
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't') known
    WHERE object = ANY ($1)`,
    [names],
  );
  return new Map(rows.map(({ object, oid, schema, name }) => [object, { oid: Number(oid), schema, name }]));
};

/** A class of things that have a schema (`pg_opclass`, `pg_collation`), by bare or stable name: the server's own first. */
export const findNamed = async (
  client: Client,
  from: { table: string; schema: string; name: string; where: string },
  wanted: string,
): Promise<{ schema: string; name: string } | null> => {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, o.${from.name} AS name FROM ${from.table} o JOIN pg_namespace n ON n.oid = o.${from.schema}
      WHERE (o.${from.name} = ${literal(wanted)} OR ${objectNameSql('n.nspname', `o.${from.name}`)} = ${literal(wanted)})
        AND ${from.where}
      ORDER BY n.nspname <> 'pg_catalog', n.nspname LIMIT 1`,
  );
  return rows[0] ?? null;
};
