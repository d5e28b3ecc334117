import type { DimensionsCheck } from '../../../domain/checks.ts';
import { green, red } from '../../found.ts';
import { qualified } from '../connection/quote.ts';
import type { Run } from './run.ts';
import { findVectors, type VectorColumn } from './vector-column.ts';

/** A sparse vector says its dimensions at its end only: `{1:0.5}/384`. */
const dimensionsOf = ({ type, schema, column }: VectorColumn): string => {
  if (type === 'bit') return `length(${column})`;
  return type === 'sparsevec' ? `split_part(${column}::text, '/', 2)::int` : `${schema}.vector_dims(${column})`;
};

const counted = (count: number, what: string): string => `${count} ${count === 1 ? 'row' : 'rows'} ${what}`;

/** Reads every row on the server; nothing but counts, and the numbers of dimensions, leave it. */
export const dimensions: Run<DimensionsCheck> = async ({ client }, check) => {
  const isRefusing = check.nulls === 'refused';
  const expected = `${check.dimensions} dimensions in every row${isRefusing ? ', and no null' : ''}`;
  const vectors = await findVectors(client, check.of, check.column);
  if (typeof vectors === 'string') return [red(expected, vectors)];
  const { rows } = await client.query<{ rows: string; nulls: string; wrong: string; least: number; most: number }>(
    `SELECT count(*)::text AS rows, count(*) FILTER (WHERE is_null)::text AS nulls,
        count(*) FILTER (WHERE found <> $1)::text AS wrong,
        min(found) FILTER (WHERE found <> $1) AS least, max(found) FILTER (WHERE found <> $1) AS most
      FROM (SELECT ${vectors.column} IS NULL AS is_null, ${dimensionsOf(vectors)} AS found
        FROM ${qualified(vectors.relation)}) looked`,
    [check.dimensions],
  );
  const { least, most } = rows[0]!;
  const [all, nulls, wrong] = [rows[0]!.rows, rows[0]!.nulls, rows[0]!.wrong].map(Number) as [number, number, number];
  const range = least === most ? `${least}` : `${least} to ${most}`;
  const found = [
    ...(wrong === 0 ? [] : [counted(wrong, `with ${range} dimensions`)]),
    ...(nulls === 0 ? [] : [counted(nulls, 'with null')]),
  ];
  if (wrong > 0 || (isRefusing && nulls > 0)) return [red(expected, `${found.join(', ')}, of ${all}`)];
  return [green(expected, [counted(all, 'read'), ...found].join(', '))];
};
