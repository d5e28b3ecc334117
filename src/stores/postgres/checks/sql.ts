import type { SqlCheck } from '../../../domain/checks.ts';
import { formatDuration } from '../../../domain/duration.ts';
import { judgeAnswer } from '../../../domain/judge-checks.ts';
import { red, unmeasured } from '../../found.ts';
import { codeOf } from '../connection/failure.ts';
import { type Run, single } from './run.ts';

/** More of a text than that is not compared. */
const longest = 10_000;

/** What the server says of the query itself. Anything else it says may quote a value. */
const isAboutQuery = (code: string): boolean => code.startsWith('42');

/**
 * One query inside of another: so it can neither be a second statement nor anything that writes, and two rows of it are all
 * that is ever fetched. The transaction is read-only besides.
 */
export const sql: Run<SqlCheck> = async ({ client }, { query, expect, timeoutMs }) => {
  const inner = query.trim().replace(/;+\s*$/, '');
  const what = 'rows' in expect ? '1 AS value' : `left(q.dr_value::text, ${longest}) AS value`;
  const alias = 'rows' in expect ? 'q' : 'q (dr_value)';
  const { expected } = judgeAnswer(expect, { rows: 0, value: null });
  try {
    await client.query(`SET LOCAL statement_timeout = ${Math.round(timeoutMs)}`);
    const { rows } = await single<{ value: string | null }>(
      client,
      `SELECT ${what} FROM (${inner}\n) AS ${alias} LIMIT 2`,
    );
    const count = Math.min(2, rows.length) as 0 | 1 | 2;
    return [judgeAnswer(expect, { rows: count, value: rows[0]?.value ?? null })];
  } catch (error) {
    const code = codeOf(error);
    if (code === '57014') return [unmeasured(expected, `no answer within ${formatDuration(timeoutMs)}`)];
    if (code === null || code === '42501' || /^(08|40|53|55|57|58|XX)/.test(code)) throw error;
    const why = isAboutQuery(code) && error instanceof Error ? `: ${error.message}` : '';
    return [red(expected, `the query fails (${code})${why}`)];
  }
};
