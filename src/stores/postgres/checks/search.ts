import type { SearchCheck } from '../../../domain/checks.ts';
import { green, red } from '../../found.ts';
import { ident, qualified } from '../connection/quote.ts';
import { listFew, type Run } from './run.ts';
import { findVectors, type VectorColumn } from './vector-column.ts';

const operators: Readonly<Record<SearchCheck['metric'], string>> = { l2: '<->', cosine: '<=>', ip: '<#>' };

const literalOf = ({ type }: VectorColumn, vector: readonly number[]): string => {
  if (type === 'bit') return vector.map((one) => (one === 0 ? '0' : '1')).join('');
  if (type !== 'sparsevec') return `[${vector.join(',')}]`;
  const set = vector.flatMap((one, n) => (one === 0 ? [] : `${n + 1}:${one}`));
  return `{${set.join(',')}}/${vector.length}`;
};

/**
 * Asks as a user would: by order of distance, so that an index answers where there is one. What an index gives up for speed
 * is part of what is checked.
 */
export const search: Run<SearchCheck> = async ({ client }, check) => {
  const { of, column, key, near, metric, limit, hits } = check;
  const expected = `${hits.join(', ')} among the ${limit} nearest`;
  const vectors = await findVectors(client, of, column);
  if (typeof vectors === 'string') return [red(expected, vectors)];
  const { rows: known } = await client.query<{ schema: string }>(
    `SELECT quote_ident(n.nspname) AS schema FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
      WHERE o.oprname = $1 AND o.oprleft = $2 AND o.oprright = $2`,
    [operators[metric], vectors.oid],
  );
  if (known[0] === undefined) return [red(expected, `${vectors.type} columns have no distance ${metric}`)];
  const from = qualified(vectors.relation);
  const type = vectors.type === 'bit' ? 'varbit' : `${vectors.schema}.${vectors.type}`;
  const name = `${ident(key)}::text`;
  const text = 'key' in near ? null : literalOf(vectors, near.vector);
  const { rows: found } =
    'key' in near
      ? await client.query<{ vector: string | null }>(
          `SELECT ${vectors.column}::text AS vector FROM ${from} WHERE ${name} = $1 LIMIT 1`,
          [near.key],
        )
      : { rows: [{ vector: text }] };
  const vector = found[0]?.vector;
  if (typeof vector !== 'string') {
    return [
      red(expected, found[0] === undefined ? 'there is no row to search from' : 'the row to search from has null'),
    ];
  }
  const { rows } = await client.query<{ key: string | null }>(
    `SELECT ${name} AS key FROM ${from} WHERE ${vectors.column} IS NOT NULL
      ORDER BY ${vectors.column} OPERATOR(${known[0].schema}.${operators[metric]}) $1::${type} LIMIT ${limit}`,
    [vector],
  );
  const there = new Set(rows.map((row) => row.key));
  const absent = hits.filter((hit) => !there.has(hit));
  if (absent.length === 0) return [green(expected, `all of them, among ${rows.length}`)];
  return [red(expected, `${listFew(absent)} not among the ${rows.length} found`)];
};
