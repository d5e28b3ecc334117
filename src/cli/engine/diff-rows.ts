import { DrError } from '../../domain/errors.ts';
import { mergeRows, type RowChange } from '../../domain/merge-rows.ts';
import type { PlaceLook, TableFacts, TableReader } from '../../stores/look.ts';
import type { Work } from '../../stores/port.ts';
import type { Side } from './diff-side.ts';

type Values = Readonly<Record<string, string | null>>;

export interface ShownChange {
  what: RowChange['what'];
  before: Values | null;
  after: Values | null;
}

export interface RowsDiff {
  table: string;
  /** Rows are known by these columns; none: by all of their content. */
  key: readonly string[];
  /** Compared were the columns that both sides have. */
  columns: readonly string[];
  onlyBefore: readonly string[];
  onlyAfter: readonly string[];
  added: number;
  removed: number;
  changed: number;
  /** The first of them. */
  rows: readonly ShownChange[];
}

const factsOf = async (look: PlaceLook<unknown>, side: Side, object: string): Promise<TableFacts> => {
  const facts = await look.describe(object);
  if (facts !== null) return facts;
  throw new DrError('missing', `table ${object} of ${side.says} is gone`, 'repeat the comparison');
};

const beatEvery = 5000;

/** Counts every change, and keeps the first few. One row of each side is in memory at a time. */
const compare = async (before: TableReader, after: TableReader, limit: number, work: Work, object: string) => {
  const counts = { added: 0, removed: 0, changed: 0 };
  const shown: RowChange[] = [];
  let read = 0;
  const counted = async function* (table: TableReader) {
    for await (const row of table.rows) {
      read += 1;
      if (read % beatEvery === 0) {
        work.signal.throwIfAborted();
        work.beat({ says: `comparing ${object}, ${read.toLocaleString('en')} rows`, bytes: 0, totalBytes: null });
      }
      yield row;
    }
  };
  for await (const change of mergeRows(counted(before), counted(after))) {
    counts[change.what] += 1;
    if (shown.length < limit) shown.push(change);
  }
  const keysIn = (without: RowChange['what']) => shown.flatMap(({ what, key }) => (what === without ? [] : [key]));
  const [old, fresh] = [await before.fetch(keysIn('added')), await after.fetch(keysIn('removed'))];
  const rows = shown.map(({ what, key }): ShownChange => {
    const name = JSON.stringify(key);
    return { what, before: old.get(name) ?? null, after: fresh.get(name) ?? null };
  });
  return { ...counts, rows };
};

/**
 * Which rows of a table were added, removed or changed, by primary key. Each side is read once, sorted by its server.
 * @throws DrError `unknown-name`, `not-supported` (servers that hash in different ways)
 */
export const diffRows = (
  [before, after]: readonly [Side, Side],
  object: string,
  limit: number,
  work: Work,
): Promise<RowsDiff> =>
  before.withTable(object, (left) =>
    after.withTable(object, async (right) => {
      const [a, b] = [await factsOf(left, before, object), await factsOf(right, after, object)];
      if (a.algorithm !== b.algorithm) {
        throw new DrError(
          'not-supported',
          `rows of ${object} cannot be compared: the servers of ${before.says} and of ${after.says} hash in different ways`,
          'restore both sets on servers of one version',
        );
      }
      const columns = a.columns.filter((name) => b.columns.includes(name));
      const isKeyShared = a.key.length === b.key.length && a.key.every((name, at) => name === b.key[at]);
      const key = isKeyShared ? a.key : [];
      const found = await left.read(object, columns, key, (one) =>
        right.read(object, columns, key, (other) => compare(one, other, limit, work, object)),
      );
      const without = (all: readonly string[]): string[] => all.filter((name) => !columns.includes(name));
      return { table: object, key, columns, onlyBefore: without(a.columns), onlyAfter: without(b.columns), ...found };
    }),
  );
