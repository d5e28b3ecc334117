import type { Client } from 'pg';
import type { VectorIndex } from './vector-indexes.ts';

/** Where nearest vectors are looked for. `from` is the table, quoted. */
export type Searched = Pick<VectorIndex, 'value' | 'type' | 'distance' | 'where'> & { from: string };

const filterOf = ({ value, where }: Searched): string =>
  `${value} IS NOT NULL${where === null ? '' : ` AND (${where})`}`;

const distanceOf = ({ value, type, distance }: Searched): string => `${value} ${distance} $1::${type}`;

/** A few vectors that are there, always the same ones of the same rows. */
export const pickVectors = async (client: Client, at: Searched, count: number): Promise<string[]> => {
  const { rows } = await client.query<{ vector: string }>(
    `SELECT (${at.value})::text AS vector FROM ONLY ${at.from} WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM ONLY ${at.from} WHERE ${filterOf(at)} ORDER BY hashtextextended(ctid::text, 0) LIMIT ${count}))
      ORDER BY ctid`,
  );
  return rows.map(({ vector }) => vector);
};

/** How far the last of the nearest is, by looking at every row; null where none has a distance. */
export const exactReach = async (
  client: Client,
  at: Searched,
  vector: string,
  limit: number,
): Promise<{ reach: number; found: number } | null> => {
  // Plus zero: no index gives that order.
  const { rows } = await client.query<{ reach: number | null; found: number }>(
    `SELECT max(far) AS reach, count(far)::int AS found FROM (SELECT (${distanceOf(at)}) + 0 AS far FROM ONLY ${at.from}
      WHERE ${filterOf(at)} ORDER BY 1 LIMIT ${limit}) nearest WHERE far < 'Infinity'`,
    [vector],
  );
  const { reach, found } = rows[0]!;
  return reach === null || !Number.isFinite(reach) ? null : { reach, found };
};

/** Machines differ in the last digits of a distance. */
const allowance = (reach: number): number => Math.abs(reach) * 1e-5 + 1e-9;

/** How many rows that near an index finds, among as many as are asked for. */
export const countFound = async (
  client: Client,
  at: Searched,
  { vector, reach }: { vector: string; reach: number },
  limit: number,
): Promise<number> => {
  const { rows } = await client.query<{ found: number }>(
    `SELECT count(*)::int AS found FROM (SELECT ${distanceOf(at)} AS far FROM ONLY ${at.from}
      WHERE ${filterOf(at)} ORDER BY ${distanceOf(at)} LIMIT ${limit}) nearest WHERE far <= $2`,
    [vector, reach + allowance(reach)],
  );
  return rows[0]!.found;
};

/** The same search on every server: by index, looking at as many candidates as pgvector does where nobody says otherwise. */
export const searchByIndex = `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true),
  set_config('hnsw.ef_search', '40', true), set_config('ivfflat.probes', '10', true)`;
