import type { Client } from 'pg';
import { DrError } from '../../../domain/errors.ts';

export interface RelationName {
  schema: string;
  name: string;
}

export const keyOf = ({ schema, name }: RelationName): string => JSON.stringify([schema, name]);

interface Node {
  'Node Type': string;
  Schema?: string;
  'Relation Name'?: string;
  Plans?: readonly Node[];
}

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

const refuseForeign = (name: string): DrError =>
  new DrError(
    'not-supported',
    `the question reads foreign table ${name}: its rows are on another server, and not in the set`,
    'ask without it',
  );

/** Relations that a plan of `EXPLAIN (VERBOSE, FORMAT JSON)` scans. @throws DrError `not-supported` (foreign tables) */
export const scannedIn = (plan: readonly { Plan: Node }[]): RelationName[] =>
  plan
    .flatMap((one) => nodesOf(one.Plan))
    .flatMap((node) => {
      const found = { schema: node.Schema ?? '', name: node['Relation Name'] ?? '' };
      if (node['Node Type'] === 'Foreign Scan') throw refuseForeign(JSON.stringify(found.name));
      return found.name === '' ? [] : [found];
    });

/** Rules of views name what the views read; a partitioned or inherited table is read with all that hangs below it. */
const behind = `WITH RECURSIVE used (oid) AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN unnest($1::text[], $2::text[]) AS asked (schema, name) ON n.nspname = asked.schema AND c.relname = asked.name
      WHERE c.relkind = 'm'
    UNION
    SELECT next.oid FROM used CROSS JOIN LATERAL (
      SELECT d.refobjid AS oid FROM pg_rewrite r JOIN pg_depend d
        ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
        WHERE r.ev_class = used.oid
      UNION ALL SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = used.oid) next)
  SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind, EXISTS (
      SELECT FROM pg_rewrite r
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_proc'::regclass
      JOIN pg_proc p ON p.oid = d.refobjid JOIN pg_language l ON l.oid = p.prolang
      WHERE r.ev_class = c.oid AND l.lanname NOT IN ('c', 'internal')) AS "callsAny"
    FROM used JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace`;

/** Materialized views among relations, with all they are made from, directly or through other views. */
export interface Behind {
  views: RelationName[];
  tables: RelationName[];
  /** A function takes part: what it reads nobody knows. */
  isOpen: boolean;
}

/** @throws DrError `not-supported` (foreign tables) */
export const behindViews = async (client: Client, relations: readonly RelationName[]): Promise<Behind> => {
  const { rows } = await client.query<RelationName & { kind: string; callsAny: boolean }>(behind, [
    relations.map(({ schema }) => schema),
    relations.map(({ name }) => name),
  ]);
  const foreign = rows.find(({ kind }) => kind === 'f');
  if (foreign !== undefined) throw refuseForeign(JSON.stringify(foreign.name));
  return {
    views: rows.filter(({ kind }) => kind === 'm'),
    tables: rows.filter(({ kind }) => kind === 'r' || kind === 'p'),
    isOpen: rows.some(({ callsAny }) => callsAny),
  };
};

/** How often each relation was scanned in the transaction that is open, through whatever: views, functions, SQL in texts. */
export const readScans = async (client: Client): Promise<Map<string, number>> => {
  const { rows } = await client.query<RelationName & { scans: string }>(
    `SELECT schemaname AS schema, relname AS name, seq_scan + coalesce(idx_scan, 0) AS scans FROM pg_stat_xact_all_tables
      WHERE seq_scan > 0 OR idx_scan > 0`,
  );
  return new Map(rows.map((row) => [keyOf(row), Number(row.scans)]));
};
