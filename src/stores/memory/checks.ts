import { createHash } from 'node:crypto';
import type { Check, CheckKind, CheckRow, NewestRowCheck, ObjectsCheck, OrphansCheck } from '../../domain/checks.ts';
import { describeCheck } from '../../domain/checks.ts';
import { DrError } from '../../domain/errors.ts';
import { judgeAge } from '../../domain/judge-checks.ts';
import type { MemoryDatabase } from '../../memory/server.ts';
import type { CheckOptions } from '../port.ts';

type Found = Omit<CheckRow, 'check' | 'says'>;
type Row = Readonly<Record<string, unknown>>;

const mostExamples = 5;

const rowsOf = ({ objects }: MemoryDatabase, name: string): Row[] | null =>
  objects.get(name)?.rows.map((row) => JSON.parse(row) as Row) ?? null;

/** Null when a column is absent or null: such a row names nothing. */
const keyOf = (row: Row, columns: readonly string[]): string | null => {
  const values = columns.map((column) => row[column] ?? null);
  return values.includes(null) ? null : JSON.stringify(values);
};

const orphans = (database: MemoryDatabase, check: OrphansCheck, { shows }: CheckOptions): Found => {
  const expected = '0 orphans';
  const [children, parents] = [rowsOf(database, check.child), rowsOf(database, check.parent)];
  if (children === null || parents === null) {
    return { state: 'red', expected, found: `there is no ${children === null ? check.child : check.parent}` };
  }
  const known = new Set(parents.map((row) => keyOf(row, check.parentColumns)));
  const lost = children.map((row) => keyOf(row, check.columns)).filter((key) => key !== null && !known.has(key));
  if (lost.length === 0) return { state: 'green', expected, found: '0 orphans' };
  const digest = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 16);
  const examples = lost.slice(0, mostExamples).map((key) => (shows === 'values' ? key! : digest(key!)));
  const found = lost.length === 1 ? '1 orphan' : `${lost.length} orphans`;
  return { state: 'red', expected, found, examples: [...new Set(examples)] };
};

const objects = (database: MemoryDatabase, { names }: ObjectsCheck): Found => {
  const absent = names.filter((name) => !database.objects.has(name));
  const expected = names.length === 1 ? '1 object' : `${names.length} objects`;
  if (absent.length === 0) return { state: 'green', expected, found: 'all are there' };
  return { state: 'red', expected, found: `there is no ${absent.join(', ')}` };
};

const newestRow = (database: MemoryDatabase, check: NewestRowCheck, { at }: CheckOptions): Found => {
  const times = rowsOf(database, check.of)?.map((row) => Date.parse(String(row[check.column]))) ?? null;
  const { expected } = judgeAge(null, at, check.withinMs);
  if (times === null) return { state: 'red', expected, found: `there is no ${check.of}` };
  const newest = times.filter(Number.isFinite).reduce<number | null>((a, b) => Math.max(a ?? b, b), null);
  return judgeAge(newest === null ? null : new Date(newest).toISOString(), at, check.withinMs);
};

const unmeasured = (): Found => ({
  state: 'not measured',
  expected: 'an answer',
  found: 'memory stores have no such check',
});

const runs: { [K in CheckKind]?: (database: MemoryDatabase, check: never, options: CheckOptions) => Found } = {
  orphans,
  objects,
  newestRow,
};

/** One row for each check: what JSON rows can be asked. */
export const runChecks = (database: MemoryDatabase, checks: readonly Check[], options: CheckOptions): CheckRow[] =>
  checks.map((check) => {
    const run = runs[check.kind] ?? unmeasured;
    return { check: check.kind, says: describeCheck(check), ...run(database, check as never, options) };
  });

const keysAtOnce = 1000;

const textOf = (value: unknown): string | null => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value).toString();
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Columns of every row. An absent one is null: JSON rows need not be alike. @throws DrError `missing` (no such object) */
export const keysOf = function* (
  { objects }: MemoryDatabase,
  name: string,
  columns: readonly string[],
): Iterable<(string | null)[][]> {
  const rows = objects.get(name)?.rows;
  if (rows === undefined) throw new DrError('missing', `there is no ${name}`, 'correct the name');
  for (let at = 0; at < rows.length; at += keysAtOnce) {
    const some = rows.slice(at, at + keysAtOnce).map((row) => JSON.parse(row) as Row);
    yield some.map((row) => columns.map((column) => textOf(row[column])));
  }
};
