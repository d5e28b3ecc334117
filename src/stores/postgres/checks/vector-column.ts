import type { Client } from 'pg';
import { ident } from '../connection/quote.ts';
import { findRelations, type Relation } from './find-relation.ts';

/** A column that holds vectors. */
export interface VectorColumn {
  relation: Relation;
  /** Quoted. */
  column: string;
  oid: number;
  type: 'vector' | 'halfvec' | 'sparsevec' | 'bit';
  /** The schema of the type and of what it comes with, quoted. */
  schema: string;
}

const find = `
  SELECT b.oid::int8::float8 AS oid, b.typname AS type, quote_ident(n.nspname) AS schema, format_type(t.oid, NULL) AS name,
    e.extname = 'vector' OR b.oid IN ('bit'::regtype, 'varbit'::regtype) AS "isVector"
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  JOIN pg_namespace n ON n.oid = b.typnamespace
  LEFT JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = b.oid AND d.deptype = 'e'
  LEFT JOIN pg_extension e ON e.oid = d.refobjid
  WHERE a.attrelid = $1 AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped`;

/** The column, or why it is none: a sentence. */
export const findVectors = async (client: Client, of: string, column: string): Promise<VectorColumn | string> => {
  const relation = (await findRelations(client, [of])).get(of);
  if (relation === undefined) return `there is no ${of}`;
  const { rows } = await client.query<{
    oid: number;
    type: string;
    schema: string;
    name: string;
    isVector: boolean | null;
  }>(find, [relation.oid, column]);
  const [row] = rows;
  if (row === undefined) return `${of} has no column ${column}`;
  if (row.isVector !== true) return `${column} is ${row.name}, which is no vector`;
  const type = row.type === 'varbit' ? 'bit' : (row.type as VectorColumn['type']);
  return { relation, column: ident(column), oid: row.oid, type, schema: row.schema };
};
