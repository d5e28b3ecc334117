import type { Client } from 'pg';
import type { OrphansCheck } from '../../../domain/checks.ts';
import { green, red } from '../../found.ts';
import { ident, qualified } from '../connection/quote.ts';
import { findRelations, type Relation } from './find-relation.ts';
import type { Run } from './run.ts';

const mostExamples = 5;

/**
 * What `=` means for a column. Types of extensions bring their own, which is not found by a bare name while no schema is
 * searched; another one, by a cast to text, may say something else.
 */
const equalsOf = async (client: Client, { oid }: Relation, column: string): Promise<string> => {
  const { rows } = await client.query<{ schema: string }>(
    `SELECT quote_ident(n.nspname) AS schema FROM pg_attribute a
      JOIN pg_type t ON t.oid = a.atttypid
      JOIN pg_operator o ON o.oprname = '=' AND o.oprleft = o.oprright
        AND o.oprleft = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
      JOIN pg_namespace n ON n.oid = o.oprnamespace
      WHERE a.attrelid = $1 AND a.attname = $2 AND NOT a.attisdropped`,
    [oid, column],
  );
  return rows[0] === undefined ? '=' : `OPERATOR(${rows[0].schema}.=)`;
};

/**
 * An anti-join on the server, which spills to its disk: nothing but a count leaves it, and of a few keys their digests.
 * Null among the columns names nothing, as for a foreign key.
 */
export const orphans: Run<OrphansCheck> = async ({ client, options }, check) => {
  const { child, columns, parent, parentColumns } = check;
  const expected = '0 orphans';
  const relations = await findRelations(client, [child, parent]);
  const [from, to] = [relations.get(child), relations.get(parent)];
  if (from === undefined || to === undefined) {
    return [red(expected, `there is no ${from === undefined ? child : parent}`)];
  }
  const pairs = await Promise.all(
    columns.map(async (column, n) => {
      const other = parentColumns[n]!;
      return `p.${ident(other)} ${await equalsOf(client, to, other)} c.${ident(column)}`;
    }),
  );
  const named = columns.map((column) => `c.${ident(column)} IS NOT NULL`).join(' AND ');
  const rest = `FROM ${qualified(from)} c WHERE ${named}
    AND NOT EXISTS (SELECT FROM ${qualified(to)} p WHERE ${pairs.join(' AND ')})`;

  const { rows } = await client.query<{ count: string }>(`SELECT count(*)::text AS count ${rest}`);
  const count = Number(rows[0]!.count);
  if (count === 0) return [green(expected, '0 orphans')];
  const key = `ROW(${columns.map((column) => `c.${ident(column)}`).join(', ')})::text`;
  const shown = options.shows === 'values' ? key : `left(encode(sha256(textsend(${key})), 'hex'), 16)`;
  const { rows: some } = await client.query<{ key: string }>(
    `SELECT DISTINCT ${shown} AS key FROM (SELECT c.* ${rest} LIMIT ${mostExamples}) c`,
  );
  const found = count === 1 ? '1 orphan' : `${count} orphans`;
  return [
    red(
      expected,
      found,
      some.map((one) => one.key),
    ),
  ];
};
