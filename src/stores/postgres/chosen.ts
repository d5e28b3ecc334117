import type { RestoreSelection } from '../../domain/data.ts';
import { selectionKey } from '../../domain/filter.ts';
import { refuseUnheld } from '../../domain/parts.ts';
import type { EntryMeta, PostgresMeta, SequenceMeta } from './meta.ts';
import { objectName } from './quote.ts';
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

/** Positions of what is selected and of what it cannot be made without. Large objects are rows of nobody's definition. */
export const selectedIn = ({ tables }: PostgresMeta, selection: RestoreSelection): Set<number> => {
  const { parts = 'all' } = selection;
  const wanted = selectPositions(tables, selection);
  const needed = parts === 'data' ? wanted : withNeeds(wanted, (position) => tables[position]!.needs);
  return new Set([...needed].filter((position) => parts === 'all' || tables[position]!.kind !== 'large-objects'));
};

/**
 * What can be made with the selected tables. In an empty place that is also whatever needs no table: bodies of functions do
 * not say what they call. Beside other things it is only what belongs to the tables, and what that needs itself.
 */
const entriesOf = (
  meta: PostgresMeta,
  selected: ReadonlySet<number>,
  { parts, into }: RestoreSelection,
): readonly EntryMeta[] => {
  const possible = meta.entries.filter(
    ({ needs, unit }) => isAllIn(needs, selected) && (parts !== 'schema' || unit !== 'refresh'),
  );
  if (into !== 'existing') return possible;
  const byId = new Map(possible.map((entry) => [entry.id, entry]));
  const own = possible.filter(({ needs, unit }) => needs.length > 0 && unit !== 'event-triggers');
  const wanted = withNeeds(new Set(own.map((entry) => entry.id)), (id) => byId.get(id)?.after ?? []);
  return possible.filter((entry) => wanted.has(entry.with));
};

/** Objects that hold rows or could, by their names in a fingerprint. */
export const printedIn = (chosen: PostgresMeta): string[] =>
  chosen.tables.flatMap(({ object, kind, isLeftOut }) => (isLeftOut || kind === 'partitioned' ? [] : object));
