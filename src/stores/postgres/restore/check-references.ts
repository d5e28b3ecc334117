import type { Client } from 'pg';
import { DrError } from '../../../domain/errors.ts';
import { ident, qualified } from '../connection/quote.ts';
import type { TableMeta } from '../meta.ts';

interface Key {
  name: string;
  from: string;
  to: string;
  isFull: boolean;
  isFromWhole: boolean;
  isToWhole: boolean;
  columns: { from: string; to: string; schema: string; operator: string }[];
}

/** Of a partition's key only where it is not also checked through the partitioned table. */
const keys = `SELECT c.conname AS name, c.conrelid::regclass::text AS from, c.confrelid::regclass::text AS to,
    c.confmatchtype = 'f' AS "isFull", f.relkind = 'p' AS "isFromWhole", t.relkind = 'p' AS "isToWhole",
    (SELECT json_agg(json_build_object('from', fa.attname, 'to', ta.attname, 'schema', n.nspname, 'operator', o.oprname) ORDER BY k.n)
      FROM unnest(c.conkey, c.confkey, c.conpfeqop) WITH ORDINALITY AS k (f, t, op, n)
      JOIN pg_attribute fa ON fa.attrelid = c.conrelid AND fa.attnum = k.f
      JOIN pg_attribute ta ON ta.attrelid = c.confrelid AND ta.attnum = k.t
      JOIN pg_operator o ON o.oid = k.op JOIN pg_namespace n ON n.oid = o.oprnamespace) AS columns
  FROM pg_constraint c JOIN pg_class f ON f.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid
  LEFT JOIN pg_constraint p ON p.oid = c.conparentid
  WHERE c.contype = 'f' AND c.convalidated AND c.conrelid = ANY ($1::regclass[])
    AND (p.oid IS NULL OR p.conrelid <> ALL ($1::regclass[]))
  ORDER BY 2, 1`;

const orphans = ({ from, to, isFull, isFromWhole, isToWhole, columns }: Key): string => {
  const known = columns.map(({ from: name }) => `f.${ident(name)} IS NOT NULL`).join(isFull ? ' OR ' : ' AND ');
  const equal = columns.map(
    (one) => `t.${ident(one.to)} OPERATOR(${ident(one.schema)}.${one.operator}) f.${ident(one.from)}`,
  );
  return `SELECT count(*) AS rows FROM ${isFromWhole ? '' : 'ONLY '}${from} f WHERE (${known})
    AND NOT EXISTS (SELECT FROM ${isToWhole ? '' : 'ONLY '}${to} t WHERE ${equal.join(' AND ')})`;
};

/**
 * Checks every foreign key of the tables as the server would when making it. Rows that were loaded by a replica have not been
 * looked at. Keys that were never validated are passed over.
 * @throws DrError `not-equal`, naming each key that is broken and by how many rows
 */
export const checkReferences = async (
  client: Client,
  tables: readonly Pick<TableMeta, 'schema' | 'name'>[],
): Promise<void> => {
  const { rows: all } = await client.query<Key>(keys, [tables.map(qualified)]);
  const broken: string[] = [];
  for (const key of all) {
    const { rows } = await client.query<{ rows: string }>(orphans(key));
    const count = Number(rows[0]!.rows);
    if (count > 0) broken.push(`${count} rows of ${key.from} reference nothing in ${key.to} (${key.name})`);
  }
  if (broken.length === 0) return;
  throw new DrError(
    'not-equal',
    `foreign keys do not hold once the rows are there: ${broken.join('; ')}`,
    'bring what they reference back by other means and run this again, or go on without these checks (--allow-missing-keys)',
  );
};
