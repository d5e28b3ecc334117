import { formatDuration } from './duration.ts';
import { DrError } from './errors.ts';
import type { StoreKind, TargetId } from './words.ts';

/**
 * What an estate says must be true of a target's data, as data: it is run after every restore before users are moved, in
 * every drill, and by `dr check`. Objects are named as filters name them: `public.orders`.
 */
export type Check =
  | OrphansCheck
  | ObjectsCheck
  | ColumnsCheck
  | IndexCheck
  | NewestRowCheck
  | SqlCheck
  | DimensionsCheck
  | SearchCheck
  | IntegrityCheck;
export type CheckKind = Check['kind'];

/** No row of `child` names a row that `parent` lacks. A row with a null among its columns names nothing. */
export interface OrphansCheck {
  kind: 'orphans';
  child: string;
  /** Paired with `parentColumns` by position. */
  columns: readonly string[];
  /** Another target, whose rows the rows of this one name. Absent: both are here. */
  parentTarget?: TargetId;
  parent: string;
  parentColumns: readonly string[];
}

/** These objects exist. */
export interface ObjectsCheck {
  kind: 'objects';
  names: readonly string[];
}

/** The object has these columns. */
export interface ColumnsCheck {
  kind: 'columns';
  of: string;
  columns: readonly { name: string /** As the store prints it: `numeric(10,2)`. */; type?: string; notNull: boolean }[];
}

/** The object has an index that is defined so, whatever its name; one that the store cannot use does not count. */
export interface IndexCheck {
  kind: 'index';
  of: string;
  keys: readonly IndexKey[];
  isUnique: boolean;
  /** `btree`, `gin`, `hnsw` */
  method: string;
  include: readonly string[];
  /** The predicate of a partial index. */
  where?: string;
  nullsNotDistinct: boolean;
  /** What the store lets an index be given beside that: `expireAfterSeconds`, `metric_type`. Others do not matter. */
  options?: Readonly<Record<string, string | number | boolean>>;
}

export type IndexKey = ({ column: string } | { expression: string }) & {
  order?: 'asc' | 'desc';
  nulls?: 'first' | 'last';
  collation?: string;
  /** An operator class; in a document store the type of the key: `hashed`, `text`, `2dsphere`. */
  opclass?: string;
};

/** The newest row is at most `withinMs` older than the instant the data shows: the set's, or now where it is in service. */
export interface NewestRowCheck {
  kind: 'newestRow';
  of: string;
  column: string;
  withinMs: number;
}

/** One read-only query and what it must answer: rows, or one value in the first column of its one row. */
export interface SqlCheck {
  kind: 'sql';
  says: string;
  query: string;
  expect: Expectation;
  timeoutMs: number;
}

export type Expectation =
  | { equals: string | number | boolean }
  | { min: number }
  | { max: number }
  | { rows: 'empty' | 'nonEmpty' };

/** Every vector of a column has this many dimensions. */
export interface DimensionsCheck {
  kind: 'dimensions';
  of: string;
  column: string;
  dimensions: number;
  /** Whether a row may have none. */
  nulls: 'allowed' | 'refused';
}

/** A search for the nearest vectors, as a user would do it, finds these rows. */
export interface SearchCheck {
  kind: 'search';
  of: string;
  column: string;
  /** The column by which rows are named in `near` and `hits`. */
  key: string;
  /** The row whose vector is searched for, or the vector itself. */
  near: { key: string } | { vector: readonly number[] };
  metric: 'l2' | 'cosine' | 'ip';
  /** How many rows are asked for. */
  limit: number;
  /** Keys that have to be among them. */
  hits: readonly string[];
}

/** The store's own structures are whole: every page and index entry is read and compared. */
export interface IntegrityCheck {
  kind: 'integrity';
}

/** Which kinds of store can run which check. */
export const checkKinds = {
  orphans: ['postgres', 'mongodb', 'redis', 'memory', 'milvus'],
  objects: ['postgres', 'mongodb', 'redis', 'memory', 'milvus'],
  columns: ['postgres', 'milvus'],
  index: ['postgres', 'mongodb', 'milvus'],
  newestRow: ['postgres', 'mongodb', 'memory', 'milvus'],
  sql: ['postgres'],
  dimensions: ['postgres', 'milvus'],
  search: ['postgres', 'milvus'],
  integrity: ['postgres'],
} as const satisfies Record<CheckKind, readonly StoreKind[]>;

/** Kinds of store that give the keys of their rows: only with them can rows of another store be held against them. */
export const keyedKinds = ['postgres', 'mongodb', 'redis', 'memory', 'milvus'] as const satisfies readonly StoreKind[];

export const checkStates = ['red', 'not measured', 'green'] as const;
/** `not measured` says that nobody knows: it is never taken for green. */
export type CheckState = (typeof checkStates)[number];

/** What one check found. Safe to keep: counts, times, definitions and digests, never a value of a row. */
export interface CheckRow {
  check: CheckKind;
  /** What was checked. */
  says: string;
  state: CheckState;
  expected: string;
  found: string;
  /** Some of the rows that make it red: digests of their keys, or the keys where a person asked for them on the spot. */
  examples?: readonly string[];
}

const keyOf = (key: IndexKey): string => {
  const what = 'column' in key ? key.column : `(${key.expression})`;
  const more = [
    key.collation === undefined ? '' : `collate ${key.collation}`,
    key.opclass ?? '',
    key.order === 'desc' ? 'desc' : '',
    key.nulls === undefined ? '' : `nulls ${key.nulls}`,
  ];
  return [what, ...more].filter((part) => part !== '').join(' ');
};

const describeIndex = (check: IndexCheck): string =>
  [
    `${check.isUnique ? 'unique ' : ''}${check.method} index on ${check.of} (${check.keys.map(keyOf).join(', ')})`,
    check.include.length === 0 ? '' : `include (${check.include.join(', ')})`,
    check.nullsNotDistinct ? 'nulls not distinct' : '',
    check.where === undefined ? '' : `where ${check.where}`,
  ]
    .filter((part) => part !== '')
    .join(' ');

const sentences: { [K in CheckKind]: (check: Extract<Check, { kind: K }>) => string } = {
  orphans: ({ child, columns, parentTarget, parent, parentColumns }) =>
    `every ${child} (${columns.join(', ')}) is in ${parent} (${parentColumns.join(', ')})${parentTarget === undefined ? '' : ` of ${parentTarget}`}`,
  objects: ({ names }) => `there is ${names.join(', ')}`,
  columns: ({ of, columns }) => `${of} has ${columns.map(({ name }) => name).join(', ')}`,
  index: describeIndex,
  newestRow: ({ of, column, withinMs }) => `the newest ${column} of ${of} is at most ${formatDuration(withinMs)} old`,
  sql: ({ says }) => says,
  dimensions: ({ of, column, dimensions, nulls }) =>
    `every ${column} of ${of} has ${dimensions} dimensions${nulls === 'refused' ? ', and none is null' : ''}`,
  search: ({ of, column, near, limit, hits }) =>
    `the ${limit} of ${of} whose ${column} is nearest to ${'key' in near ? `that of ${near.key}` : 'a vector'} hold ${hits.join(', ')}`,
  integrity: () => 'tables and indexes are whole',
};

/** What a check claims, as a sentence. */
export const describeCheck = (check: Check): string => (sentences[check.kind] as (check: Check) => string)(check);

/** Red first, then what is not known. */
export const worstFirst = (rows: readonly CheckRow[]): CheckRow[] =>
  rows.toSorted((a, b) => checkStates.indexOf(a.state) - checkStates.indexOf(b.state));

/** `3 green, 1 red`: counts of what there is. */
export const countChecks = (rows: readonly CheckRow[]): string =>
  checkStates
    .toReversed()
    .map((state) => ({ state, count: rows.filter((row) => row.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`)
    .join(', ') || 'no check';

const mostNamed = 5;

/** What red checks are to the step that found them: a refusal. Null when none is red. */
export const refuseRed = (rows: readonly CheckRow[]): DrError | null => {
  const red = rows.filter(({ state }) => state === 'red');
  if (red.length === 0) return null;
  const named = red.slice(0, mostNamed).map((row) => `${row.says}: expected ${row.expected}, found ${row.found}`);
  const rest = red.length > mostNamed ? `; and ${red.length - mostNamed} more` : '';
  return new DrError(
    'not-equal',
    `${red.length === 1 ? 'a check is' : `${red.length} checks are`} red: ${named.join('; ')}${rest}`,
    'see what is wrong with the data; dr check names examples',
    { facts: { red: red.length }, evidence: { checks: rows } },
  );
};
