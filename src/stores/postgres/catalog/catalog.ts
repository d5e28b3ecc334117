import type { Client } from 'pg';
import { literal } from '../connection/quote.ts';
import { canarySchema, ownSchema } from '../meta.ts';
import type { ColumnFacts } from './columns.ts';

/** A table, partitioned table, foreign table or materialized view of the user. */
export interface Relation {
  oid: number;
  schema: string;
  name: string;
  /** `r` table, `p` partitioned table, `f` foreign table, `m` materialized view. */
  kind: 'r' | 'p' | 'f' | 'm';
  isUnlogged: boolean;
  isCanary: boolean;
  /** Oids of the tables it is a partition or a child of. */
  parents: number[];
  blocks: number;
  /** With TOAST, without indexes. */
  bytes: number;
  columns: ColumnFacts[];
  /** Which rows are the user's, in tables that an extension fills. */
  where: string | null;
}

/** Of the user: not the server's, not the product's, not a session's. */
export const isUsers = (schema: string): string =>
  `${schema} !~ '^pg_(toast|temp_|toast_temp_)' AND ${schema} NOT IN ('pg_catalog', 'information_schema', ${literal(ownSchema)})`;

const columns = `SELECT coalesce(json_agg(json_build_object(
    'name', a.attname, 'isGenerated', a.attgenerated <> '', 'hasModifier', a.atttypmod >= 0, 'type', t.oid::int8, 'of', coalesce(e.oid, 0)::int8,
    'typeKind', t.typtype, 'typeName', t.typname, 'ofName', coalesce(e.typname, ''),
    'send', CASE WHEN t.typsend <> 0 THEN (SELECT quote_ident(fn.nspname) || '.' || quote_ident(f.proname)
      FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = t.typsend) END,
    'ofSend', CASE WHEN e.typsend <> 0 THEN e.typsend::text END,
    'extension', x.extname, 'isLoose', coalesce(NOT l.collisdeterministic, false)) ORDER BY a.attnum), '[]')
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type e ON e.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype WHEN t.typcategory = 'A' THEN t.typelem END
  LEFT JOIN pg_collation l ON l.oid = a.attcollation
  LEFT JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.objsubid = 0 AND d.deptype = 'e'
  LEFT JOIN pg_extension x ON x.oid = d.refobjid
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`;

/** Ordered by name: the position of a table is the name of its streams. */
const relations = `SELECT c.oid::int8, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
    c.relpersistence = 'u' AS "isUnlogged", n.nspname = ${literal(canarySchema)} AS "isCanary",
    coalesce((SELECT json_agg(i.inhparent::int8 ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid), '[]') AS parents,
    CASE WHEN c.relkind = 'r' THEN pg_relation_size(c.oid) / current_setting('block_size')::int8 ELSE 0 END AS blocks,
    CASE WHEN c.relkind = 'r' THEN pg_table_size(c.oid) ELSE 0 END AS bytes,
    (${columns}) AS columns, x.extcondition AS where
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
  LEFT JOIN LATERAL (SELECT coalesce(nullif(regexp_replace(e.extcondition[i], '^\\s*WHERE\\M', '', 'i'), ''), 'true') AS extcondition
    FROM pg_extension e, generate_subscripts(e.extconfig, 1) i
    WHERE e.oid = d.refobjid AND e.extconfig[i] = c.oid) x ON true
  WHERE c.relkind IN ('r', 'p', 'f', 'm') AND c.relpersistence <> 't' AND ${isUsers('n.nspname')}
    AND (d.objid IS NULL OR x.extcondition IS NOT NULL)
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

/** bigint columns come as texts: none of them is larger than a number holds. */
export const readRelations = async (client: Client): Promise<Relation[]> => {
  const { rows } = await client.query(relations);
  return rows.map((row) => ({ ...row, oid: Number(row.oid), blocks: Number(row.blocks), bytes: Number(row.bytes) }));
};

export interface SequenceFacts {
  oid: number;
  schema: string;
  name: string;
  /** Oid of the table whose column it numbers, null for one that stands alone. */
  owner: number | null;
  /** Where it begins when nothing sets it. */
  start: string;
}

export const readSequences = async (client: Client): Promise<SequenceFacts[]> => {
  const { rows } =
    await client.query(`SELECT c.oid::int8, n.nspname AS schema, c.relname AS name, o.refobjid::int8 AS owner,
      s.seqstart::text AS start
    FROM pg_class c
    JOIN pg_sequence s ON s.seqrelid = c.oid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype IN ('a', 'i')
      AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0
    WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND ${isUsers('n.nspname')} AND (
      NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      OR EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig)))
    ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`);
  return rows.map((row) => ({ ...row, oid: Number(row.oid), owner: row.owner === null ? null : Number(row.owner) }));
};
