import { z } from 'zod';
import type { Check, CheckKind } from '../domain/checks.ts';
import { checkKinds } from '../domain/checks.ts';
import { duration, kindError, list, mapping, text } from './fields.ts';

const object = text('the name of an object');
const column = text('the name of a column');
const some = <T extends z.ZodType>(what: string, of: T) =>
  z.array(of, { error: `expected a list of ${what}` }).min(1, { error: `expected at least one of ${what}` });

const orphans = mapping({
  kind: z.literal('orphans'),
  child: object,
  columns: some('columns', column),
  parentTarget: text('the name of a target').exactOptional(),
  parent: object,
  parentColumns: some('columns', column),
}).refine(({ columns, parentColumns }) => columns.length === parentColumns.length, {
  error: 'has to name as many columns as `columns`: they are paired',
  path: ['parentColumns'],
});

const objects = mapping({ kind: z.literal('objects'), names: some('names of objects', object) });

const type = text('a type');
/** `bigint`, or `{ type, notNull }`, or nothing: a column of any type. */
const columnFacts = z.preprocess(
  (value) => (typeof value === 'string' ? { type: value } : (value ?? {})),
  mapping({ type: type.exactOptional(), notNull: z.boolean({ error: 'expected true or false' }).default(false) }),
);
const columns = mapping({
  kind: z.literal('columns'),
  of: object,
  columns: z
    .record(column, columnFacts, { error: 'expected columns by name' })
    .refine((all) => Object.keys(all).length > 0, { error: 'expected at least one column' }),
});

/** A column by name, or a mapping with a column or an expression. */
const indexKey = z.preprocess(
  (value) => (typeof value === 'string' ? { column: value } : value),
  mapping({
    column: column.exactOptional(),
    expression: text('an expression').exactOptional(),
    order: z.enum(['asc', 'desc'], { error: 'expected asc or desc' }).exactOptional(),
    nulls: z.enum(['first', 'last'], { error: 'expected first or last' }).exactOptional(),
    collation: text('the name of a collation').exactOptional(),
    opclass: text('the name of an operator class').exactOptional(),
  }).refine((key) => (key.column === undefined) !== (key.expression === undefined), {
    error: 'expected either a column or an expression',
  }),
);
const flag = z.boolean({ error: 'expected true or false' }).default(false);
const index = mapping({
  kind: z.literal('index'),
  of: object,
  keys: some('columns or expressions', indexKey),
  unique: flag,
  method: text('an access method').default('btree'),
  include: list('columns', column),
  where: text('a predicate').exactOptional(),
  nullsNotDistinct: flag,
  options: z
    .record(text('an option'), z.union([z.string(), z.number(), z.boolean()]), { error: 'expected options by name' })
    .exactOptional(),
});

const newestRow = mapping({
  kind: z.literal('newestRow'),
  of: object,
  column,
  within: duration('1s', '3650d'),
});

const number = z.number({ error: 'expected a number' }).exactOptional();
const expectation = mapping({
  equals: z
    .union([z.string(), z.number(), z.boolean()], { error: 'expected a text, a number, true or false' })
    .exactOptional(),
  min: number,
  max: number,
  rows: z.enum(['empty', 'nonEmpty'], { error: 'expected empty or nonEmpty' }).exactOptional(),
}).refine((one) => Object.keys(one).length === 1, { error: 'expected one of equals, min, max, rows' });
const sql = mapping({
  kind: z.literal('sql'),
  says: text('a sentence that says what must be true').max(200, { error: 'at most 200 characters' }),
  query: text('one query that only reads'),
  expect: expectation,
  timeout: duration('1s', '6h').prefault('1m'),
});

const dimensions = mapping({
  kind: z.literal('dimensions'),
  of: object,
  column,
  dimensions: z.int({ error: 'expected a whole number' }).min(1, { error: 'at least 1' }),
  nulls: z.enum(['allowed', 'refused'], { error: 'expected allowed or refused' }).default('refused'),
});

/** Keys are compared as texts, and may be written as numbers. */
const key = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), text('the key of a row'));
const search = mapping({
  kind: z.literal('search'),
  of: object,
  column,
  key: column,
  near: z.union([mapping({ key }), mapping({ vector: some('numbers', z.number()) })], {
    error: 'expected the key of a row, or a vector',
  }),
  metric: z.enum(['l2', 'cosine', 'ip'], { error: 'expected l2, cosine or ip' }),
  limit: z.int({ error: 'expected a whole number' }).min(1).max(1000).default(10),
  hits: some('keys of rows', key),
});

const integrity = mapping({ kind: z.literal('integrity') });

const kinds = Object.keys(checkKinds) as CheckKind[];

/** One check of a target, by its kind. */
export const checkSchema = z.discriminatedUnion(
  'kind',
  [orphans, objects, columns, index, newestRow, sql, dimensions, search, integrity],
  {
    error: kindError('check', kinds),
  },
);

type CheckFile = z.output<typeof checkSchema>;

/** A check as the file says it, in the words of the domain. */
export const checkOf = (file: CheckFile): Check => {
  switch (file.kind) {
    case 'columns': {
      const named = Object.entries(file.columns).map(([name, facts]) => ({ name, ...facts }));
      return { kind: file.kind, of: file.of, columns: named };
    }
    case 'index': {
      const { unique, keys, ...rest } = file;
      return { ...rest, isUnique: unique, keys: keys as Extract<Check, { kind: 'index' }>['keys'] };
    }
    case 'newestRow': {
      const { within, ...rest } = file;
      return { ...rest, withinMs: within };
    }
    case 'sql': {
      const { timeout, expect, ...rest } = file;
      return { ...rest, expect: expect as Extract<Check, { kind: 'sql' }>['expect'], timeoutMs: timeout };
    }
    default:
      return file;
  }
};
