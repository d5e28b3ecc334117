import type { Client } from 'pg';

/** An index that finds nearest vectors, nearly always the right ones. */
export interface VectorIndex {
  schema: string;
  name: string;
  /** Object id of the table it is on. */
  table: number;
  method: string;
  /** What is indexed, its type, and the operator that says how far two are apart, as SQL. */
  value: string;
  type: string;
  distance: string;
  /** The predicate of a partial index. */
  where: string | null;
  /** Rows and bytes of its table, as the server estimates them. */
  rows: number;
  bytes: number;
}

const read = `
  SELECT n.nspname AS schema, c.relname AS name, i.indrelid::int8::float8 AS table, am.amname AS method,
    pg_get_indexdef(i.indexrelid, 1, true) AS value, format_type(k.opcintype, -1) AS type,
    format('OPERATOR(%I.%s)', d.nspname, o.oprname) AS distance, pg_get_expr(i.indpred, i.indrelid) AS where,
    greatest(t.reltuples, 0)::float8 AS rows, pg_table_size(t.oid)::float8 AS bytes
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class t ON t.oid = i.indrelid AND t.relkind = 'r'
  JOIN pg_am am ON am.oid = c.relam AND am.amname IN ('hnsw', 'ivfflat')
  JOIN pg_opclass k ON k.oid = i.indclass[0]
  JOIN pg_amop a ON a.amopfamily = k.opcfamily AND a.amoplefttype = k.opcintype AND a.amoppurpose = 'o' AND a.amopstrategy = 1
  JOIN pg_operator o ON o.oid = a.amopopr
  JOIN pg_namespace d ON d.oid = o.oprnamespace
  WHERE i.indisvalid AND i.indisready
  ORDER BY 1, 2`;

/** All of them, of HNSW and IVFFlat, that are in use. */
export const readVectorIndexes = async (client: Client): Promise<VectorIndex[]> =>
  (await client.query<VectorIndex>(read)).rows;
