import type { RestoreSelection } from '../../../domain/data.ts';
import { selectionKey } from '../../../domain/filter.ts';
import { refuseUnheld } from '../../../domain/parts.ts';
import { objectName } from '../connection/quote.ts';
import type { EntryMeta, PostgresMeta, SequenceMeta } from '../meta.ts';
import { isOfMany, tableOf } from './cuts.ts';
import { isAllIn, selectPositions, withNeeds } from './selection.ts';

/** Metas that were narrowed: every unit asks for the same one again. */
const known = new WeakMap<PostgresMeta, Map<string, PostgresMeta>>();

const isFiltered = ({ only = [], except = [] }: RestoreSelection): boolean => only.length > 0 || except.length > 0;

/**
 * The meta of a set as if it held nothing but what is selected: units are cut from it and applied by it, so that what a
 * writer did not select is not there for it at all. Positions of tables, and with them the names of streams, stay.
 * @throws DrError `no-match`, `not-supported` (the set holds less)
 */
export const chosenOf = (meta: PostgresMeta, selection: RestoreSelection = {}): PostgresMeta => {
  const key = selectionKey(selection);
  if (key === '' && meta.parts === undefined) return meta;
  const kept = known.get(meta) ?? new Map<string, PostgresMeta>();
  known.set(meta, kept);
  const chosen = kept.get(key) ?? narrow(meta, selection);
  kept.set(key, chosen);
  return chosen;
};

const narrow = (meta: PostgresMeta, selection: RestoreSelection): PostgresMeta => {
  const { parts = 'all', into = 'empty' } = selection;
  refuseUnheld(meta.parts ?? 'all', parts);
  const selected = selectedIn(meta, selection);
  const entries = parts === 'data' ? [] : entriesOf(meta, selected, selection);
  const isMade = new Set(entries.map(({ kind, schema, tag }) => `${kind} ${objectName(schema, tag)}`));
  const isTheirs = ({ owner, schema, name }: SequenceMeta): boolean => {
    if (owner !== null) return selected.has(owner);
    if (parts === 'data') return !isFiltered(selection);
    return into === 'empty' || isMade.has(`SEQUENCE ${objectName(schema, name)}`);
  };
  const { database, ...rest } = meta;
  const isWhole = parts !== 'data' && into !== 'existing';
  return {
    ...rest,
    ...(database === undefined || !isWhole ? {} : { database }),
    tables: meta.tables.map((table, position) =>
      selected.has(position)
        ? { ...table, parts: parts === 'schema' ? [] : table.parts }
        : { ...table, isLeftOut: true, parents: [], needs: [], parts: [] },
    ),
    sequences: meta.sequences.filter(isTheirs),
    settings: isWhole ? meta.settings : [],
    entries,
  };
};

/**
 * Positions of what is selected and of what it cannot be made without; beside other things that has to be there. Large objects
 * are rows of nobody's definition.
 */
export const selectedIn = (
  { tables }: PostgresMeta,
  { parts = 'all', into, ...filter }: RestoreSelection,
): Set<number> => {
  const wanted = selectPositions(tables, filter);
  const isAlone = parts === 'data' || into === 'existing';
  const needed = isAlone ? wanted : withNeeds(wanted, (position) => tables[position]!.needs);
  return new Set([...needed].filter((position) => parts === 'all' || tables[position]!.kind !== 'large-objects'));
};

/** In an empty place: what can be made with the selected tables, and whatever needs none: functions do not say what they call. */
const entriesOf = (
  meta: PostgresMeta,
  selected: ReadonlySet<number>,
  selection: RestoreSelection,
): readonly EntryMeta[] => {
  const all = meta.entries.filter(({ unit }) => selection.parts !== 'schema' || unit !== 'refresh');
  if (selection.into === 'existing') return entriesBeside(meta, all, selected, selection);
  return all.filter(({ needs }) => isAllIn(needs, selected));
};

/** Beside other things: what belongs to the selected tables, and what that needs itself; other tables have to be there. */
const entriesBeside = (
  { tables, entries }: PostgresMeta,
  all: readonly EntryMeta[],
  selected: ReadonlySet<number>,
  { keys }: RestoreSelection,
): readonly EntryMeta[] => {
  const on = tableOf(tables, entries);
  const isOwn = (entry: EntryMeta): boolean => {
    if (entry.needs.length === 0 || entry.unit === 'event-triggers') return false;
    if (isAllIn(entry.needs, selected)) return true;
    return !isOfMany(entry) && selected.has(on(entry) ?? -1) && (entry.unit !== 'key' || keys !== 'leave-out');
  };
  const byId = new Map(all.map((entry) => [entry.id, entry]));
  const isMade = (id: number): boolean => {
    const entry = byId.get(id);
    return entry !== undefined && (entry.needs.length === 0 || isOwn(entry));
  };
  const own = new Set(all.filter(isOwn).map(({ id }) => id));
  const wanted = withNeeds(own, (id) => (byId.get(id)?.after ?? []).filter(isMade));
  return all.filter((entry) => wanted.has(entry.with));
};

/** Tables that have to be there already, by position, because what is chosen needs them. */
export const neededThere = ({ tables, entries }: PostgresMeta): number[] => [
  ...new Set(entries.flatMap(({ needs }) => needs.filter((position) => tables[position]!.isLeftOut))),
];

/** Objects that hold rows or could, by their names in a fingerprint. */
export const printedIn = (chosen: PostgresMeta): string[] =>
  chosen.tables.flatMap(({ object, kind, isLeftOut }) => (isLeftOut || kind === 'partitioned' ? [] : object));
