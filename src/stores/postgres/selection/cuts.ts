import { objectName } from '../connection/quote.ts';
import type { EntryMeta, TableMeta } from '../meta.ts';
import { isHost } from '../restore/groups.ts';
import { isAllIn } from './selection.ts';

/** Something of a selected table, or made from it, that needs what is not selected. */
export interface Cut {
  entry: EntryMeta;
  /** `foreign key orders_customer_fkey of public.orders` */
  says: string;
  /** Names of the tables it lacks. */
  lacks: readonly string[];
}

/** They are of whoever needs most of it: any selected table makes them worth a word. */
const ofMany = new Set(['VIEW', 'MATERIALIZED VIEW', 'FUNCTION', 'PROCEDURE', 'AGGREGATE', 'TYPE', 'FOREIGN TABLE']);

/** Nobody expects a table that was not selected, nor what ties it to others. */
const ofTables = new Set(['TABLE', 'TABLE ATTACH', 'INDEX ATTACH']);

/** The position of the table that an entry makes, or is on. */
export const tableOf = (
  tables: readonly Pick<TableMeta, 'object'>[],
  entries: readonly EntryMeta[],
): ((entry: EntryMeta) => number | undefined) => {
  const byName = new Map(tables.map(({ object }, position) => [object, position]));
  const made = new Map(
    entries.flatMap(({ id, kind, schema, tag }) =>
      kind === 'TABLE' ? [[id, byName.get(objectName(schema, tag))]] : [],
    ),
  );
  return ({ id, on }) => made.get(id) ?? made.get(on);
};

/** They are of no table more than of another. */
export const isOfMany = ({ kind }: EntryMeta): boolean => ofMany.has(kind);

const sayEntry = ({ kind, schema, tag }: EntryMeta, on: Pick<TableMeta, 'name' | 'object'> | undefined): string => {
  const what = kind === 'FK CONSTRAINT' ? 'foreign key' : kind.toLowerCase();
  if (on === undefined || !tag.startsWith(`${on.name} `)) return `${what} ${objectName(schema, tag)}`;
  return `${what} ${tag.slice(on.name.length + 1)} of ${on.object}`;
};

/** What a selection of tables cuts off, foreign keys and the rest, in the order of the set. */
export const cutsOf = (
  tables: readonly Pick<TableMeta, 'schema' | 'name' | 'object'>[],
  entries: readonly EntryMeta[],
  selected: ReadonlySet<number>,
): { keys: Cut[]; others: Cut[] } => {
  const made = tableOf(tables, entries);
  const cuts = { keys: [] as Cut[], others: [] as Cut[] };
  for (const entry of entries) {
    if (!isHost(entry) || ofTables.has(entry.kind) || isAllIn(entry.needs, selected)) continue;
    const on = made(entry);
    const isTheirs =
      isOfMany(entry) || on === undefined ? entry.needs.some((one) => selected.has(one)) : selected.has(on);
    if (!isTheirs) continue;
    const lacks = entry.needs.filter((one) => !selected.has(one)).map((one) => tables[one]!.object);
    const says = sayEntry(entry, on === undefined ? undefined : tables[on]);
    (entry.unit === 'key' ? cuts.keys : cuts.others).push({ entry, says, lacks });
  }
  return cuts;
};

const mostNamed = 20;

/** `a (needs x); b (needs y, z)` */
export const sayCuts = (cuts: readonly Cut[], why: string): string => {
  const named = cuts.slice(0, mostNamed).map(({ says, lacks }) => `${says} (${why} ${lacks.join(', ')})`);
  return `${named.join('; ')}${cuts.length > mostNamed ? `; and ${cuts.length - mostNamed} more` : ''}`;
};
