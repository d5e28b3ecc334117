import type { RestoreSelection } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import { objectName } from '../connection/quote.ts';
import { largeObjects, type PostgresMeta } from '../meta.ts';
import { chosenOf, neededThere, selectedIn } from './chosen.ts';
import { type Cut, cutsOf, sayCuts } from './cuts.ts';
import { selectPositions } from './selection.ts';

/** @throws DrError `refused`, naming each key */
export const refuseCutKeys = (keys: readonly Cut[]): void => {
  if (keys.length === 0) return;
  throw new DrError(
    'refused',
    `the selection breaks foreign keys: ${sayCuts(keys, 'references')}`,
    'select what they reference too, or go on without these keys (--allow-missing-keys)',
  );
};

/** A typing error in the name of a role must not leave everything as it was. @throws DrError `no-match` */
const refuseUnknownOwners = ({ roles, entries }: PostgresMeta, owners: RestoreSelection['owners']): void => {
  if (owners === undefined || typeof owners === 'string') return;
  const known = new Set([...roles, ...entries.flatMap(({ owner, roles: named }) => [owner, ...named])]);
  const unknown = Object.keys(owners).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new DrError(
    'no-match',
    `the set names no role ${unknown.map((name) => JSON.stringify(name)).join(', ')}`,
    `it names: ${
      [...known]
        .filter((name) => name !== '')
        .sort()
        .join(', ') || 'none'
    }`,
  );
};

const ofRowsAlone = (meta: PostgresMeta, selection: RestoreSelection, keys: readonly Cut[]): string[] => {
  const wanted = [...selectPositions(meta.tables, selection)].map((position) => meta.tables[position]!.kind);
  const isUnchecked = selection.keys === 'leave-out';
  return [
    'triggers do not fire for the rows that are loaded, and foreign keys are not checked row by row',
    isUnchecked
      ? 'foreign keys of the tables are not checked afterwards either'
      : 'foreign keys of the tables are checked once the rows are there: rows without what they reference fail the restore',
    ...(keys.length === 0 ? [] : [`what is referenced has to be there already: ${sayCuts(keys, 'references')}`]),
    ...(wanted.includes('large-objects') ? [`${largeObjects} are left out: they come with definitions and rows`] : []),
  ];
};

const besideOthers = (meta: PostgresMeta, chosen: PostgresMeta, selected: ReadonlySet<number>): string[] => {
  const there = neededThere(chosen).map((position) => meta.tables[position]!.object);
  const made = new Set(chosen.entries.map(({ id }) => id));
  const { keys, others } = cutsOf(meta.tables, meta.entries, selected);
  const cuts = [...keys, ...others].filter(({ entry }) => !made.has(entry.id));
  const inbound = meta.entries.filter(
    ({ id, unit, needs }) => unit === 'key' && !made.has(id) && needs.some((position) => selected.has(position)),
  );
  const lost = inbound.filter(({ id }) => !cuts.some(({ entry }) => entry.id === id));
  return [
    'what is there already stays as it is: schemas, types, functions, sequences of their own',
    ...(there.length === 0 ? [] : [`has to be there already: ${there.join(', ')}`]),
    ...(cuts.length === 0 ? [] : [`left out: ${sayCuts(cuts, 'needs')}`]),
    ...(lost.length === 0
      ? []
      : [
          `foreign keys of other tables to these are not made: ${lost.map((one) => objectName(one.schema, one.tag)).join(', ')}`,
        ]),
  ];
};

/** As `Kind.explain` says. */
export const explain = (meta: PostgresMeta, selection: RestoreSelection): readonly string[] => {
  const { parts = 'all' } = selection;
  const chosen = chosenOf(meta, selection);
  refuseUnknownOwners(meta, selection.owners);
  const selected = selectedIn(meta, selection);
  const { keys, others } = cutsOf(meta.tables, meta.entries, selected);
  if (parts === 'data') return ofRowsAlone(meta, selection, keys);
  if (selection.into === 'existing') return besideOthers(meta, chosen, selected);
  if (selection.keys !== 'leave-out') refuseCutKeys(keys);
  const named = selectPositions(meta.tables, selection);
  const brought = [...selected].filter((position) => !named.has(position)).map((one) => meta.tables[one]!.object);
  return [
    ...(brought.length === 0
      ? []
      : [`along come tables that the others cannot be made without: ${brought.join(', ')}`]),
    ...(keys.length === 0 ? [] : [`left out: ${sayCuts(keys, 'references')}`]),
    ...(others.length === 0 ? [] : [`left out: ${sayCuts(others, 'needs')}`]),
  ];
};
