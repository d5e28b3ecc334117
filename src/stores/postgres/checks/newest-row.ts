import type { NewestRowCheck } from '../../../domain/checks.ts';
import { judgeAge } from '../../../domain/judge-checks.ts';
import { red } from '../../found.ts';
import { ident, qualified } from '../connection/quote.ts';
import { findRelations } from './find-relation.ts';
import type { Run } from './run.ts';

/** `date`, `timestamp`, `timestamptz`: the first two are taken as UTC. */
const times = ['1082', '1114', '1184'];

/** Further than a date of ours goes. */
const latestMs = 8.64e15;

const instantOf = (ms: string): string =>
  new Date(Math.max(-latestMs, Math.min(latestMs, Math.floor(Number(ms))))).toISOString();

/** The largest finite time of a column. An index on the column answers at once; without one every row is read. */
export const newestRow: Run<NewestRowCheck> = async ({ client, options }, { of, column, withinMs }) => {
  const { expected } = judgeAge(null, options.at, withinMs);
  const relation = (await findRelations(client, [of])).get(of);
  if (relation === undefined) return [red(expected, `there is no ${of}`)];
  const { rows: types } = await client.query<{ base: string; type: string }>(
    `SELECT CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END::text AS base, format_type(t.oid, NULL) AS type
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = $1 AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped`,
    [relation.oid, column],
  );
  const [type] = types;
  if (type === undefined) return [red(expected, `${of} has no column ${column}`)];
  if (!times.includes(type.base)) return [red(expected, `${column} is ${type.type}, which is no time`)];
  const at = `t.${ident(column)}`;
  const { rows } = await client.query<{ ms: string }>(
    `SELECT (extract(epoch FROM ${at}::timestamptz) * 1000)::text AS ms FROM ${qualified(relation)} t
      WHERE ${at} > '-infinity' AND ${at} < 'infinity' ORDER BY ${at} DESC LIMIT 1`,
  );
  return [judgeAge(rows[0] === undefined ? null : instantOf(rows[0].ms), options.at, withinMs)];
};
