import type { Client, FieldDef, QueryConfig } from 'pg';
import { DrError, isDrError } from '../../../domain/errors.ts';
import type { Peeked, Question } from '../../look.ts';
import { codeOf } from '../connection/failure.ts';
import { type RelationName, readScans, scannedIn } from './find-relations.ts';

/** Longer than anybody waits for a look, shorter than a mistyped join runs. */
const mostMs = 300_000;
const rowsAtOnce = 100;
const mostBytes = 64_000_000;

/** A cursor takes what only reads: SELECT, VALUES, TABLE, and WITH where nothing in it writes. */
const declare = 'DECLARE dr_peek NO SCROLL CURSOR FOR ';
const explain = `EXPLAIN (VERBOSE, FORMAT JSON) ${declare}`;

/** The extended protocol takes one statement at a time, whatever the text holds. */
const one = (text: string): QueryConfig => ({ text, queryMode: 'extended' }) as QueryConfig;

export const trimQuery = (query: string): string => query.trim().replace(/(\s*;)+$/, '');

/** What a server has against a question, in the words of whoever asked. */
const objection = (error: unknown, prefix: string): unknown => {
  const code = codeOf(error);
  if (isDrError(error) || code === null) return error;
  const { message, hint, position } = error as Error & { hint?: string; position?: string };
  const where = position === undefined ? '' : ` at character ${Math.max(1, Number(position) - prefix.length)}`;
  if (code === '57014') {
    return new DrError(
      'refused',
      `the question took longer than ${mostMs / 1000} s`,
      'ask for less, or restore the set',
    );
  }
  if (code === '42P01') {
    return new DrError('unknown-name', message, hint ?? 'dr peek <set> lists what there is');
  }
  if (code === '25006' || /DECLARE CURSOR|SELECT \.\.\. INTO/.test(message)) {
    return new DrError('bad-input', `the question would write: ${message}`, 'ask with one SELECT that only reads');
  }
  if (code === '55000') {
    const what = 'where a function reads a materialized view, ask for that view too';
    return new DrError('not-supported', message, what);
  }
  if (code === '08P01') {
    return new DrError('bad-input', 'the question has parameters, and nothing to fill them', 'write the values out');
  }
  if (code === '42601') {
    const says = `this is not one SELECT, VALUES, TABLE or WITH: ${message}${where}`;
    return new DrError('bad-input', says, 'ask with one statement that only reads');
  }
  if (/^(22|42|21|0A|P0|25|54|2F|38|39)/.test(code)) {
    return new DrError('bad-input', `${message}${where}`, hint ?? 'correct the question');
  }
  return error;
};

const begin = async (client: Client, searchPath: string): Promise<void> => {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  await client.query(`SELECT set_config('search_path', $1, true), set_config('statement_timeout', $2, true)`, [
    searchPath,
    String(mostMs),
  ]);
  await client.query("SELECT set_config('track_counts', 'on', true) WHERE current_setting('track_counts') = 'off'");
};

/** What the planner says a question scans. @throws DrError `bad-input`, `unknown-name`, `not-supported` */
export const explainQuery = async (client: Client, query: string, searchPath: string): Promise<RelationName[]> => {
  await begin(client, searchPath);
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': Parameters<typeof scannedIn>[0] }>(one(explain + query));
    return scannedIn(rows[0]!['QUERY PLAN']);
  } catch (error) {
    throw objection(error, explain);
  } finally {
    await client.query('ROLLBACK');
  }
};

const typesOf = async (client: Client, fields: readonly FieldDef[]): Promise<string[]> => {
  const { rows } = await client.query<{ type: string }>(
    `SELECT format_type(oid, mod) AS type FROM unnest($1::oid[], $2::int4[]) WITH ORDINALITY AS f (oid, mod, n) ORDER BY n`,
    [fields.map((field) => field.dataTypeID), fields.map((field) => field.dataTypeModifier)],
  );
  return rows.map(({ type }) => type);
};

type Row = (string | null)[];

const asPrinted = { getTypeParser: () => (value: string) => value };

export type Answered = Pick<Peeked, 'columns' | 'rows' | 'hasMore'> & {
  /** Keys of the relations that were read, by whatever way. */
  scanned: readonly string[];
};

/** Asks in a transaction that only reads. @throws DrError `bad-input`, `refused` */
export const askQuery = async (client: Client, { query, limit }: Question, searchPath: string): Promise<Answered> => {
  await begin(client, searchPath);
  try {
    const before = await readScans(client);
    const deadline = performance.now() + mostMs;
    await client.query(one(declare + query));
    const rows: Row[] = [];
    let fields: FieldDef[] = [];
    let bytes = 0;
    for (let isDone = false; !isDone && rows.length <= limit && bytes < mostBytes; ) {
      const most = Math.min(rowsAtOnce, limit + 1 - rows.length);
      const text = `FETCH ${most} FROM dr_peek`;
      const fetched = await client.query<Row>({ text, rowMode: 'array', types: asPrinted } as never);
      fields = fetched.fields;
      rows.push(...fetched.rows);
      bytes += fetched.rows.flat().reduce((sum, value) => sum + (value?.length ?? 0), 0);
      isDone = fetched.rows.length < most;
      if (!isDone && performance.now() > deadline) throw Object.assign(new Error('timeout'), { code: '57014' });
    }
    const after = await readScans(client);
    const types = await typesOf(client, fields);
    const hasMore = rows.length > limit || bytes >= mostBytes;
    return {
      columns: fields.map(({ name }, at) => ({ name, type: types[at]! })),
      rows: rows.slice(0, limit),
      hasMore,
      scanned: [...after].flatMap(([key, scans]) => (scans > (before.get(key) ?? 0) ? key : [])),
    };
  } catch (error) {
    throw objection(error, declare);
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
};
