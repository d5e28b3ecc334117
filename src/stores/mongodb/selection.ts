import type { RestoreSelection, Selection } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import { selectNames } from '../../domain/filter.ts';
import type { Meta, MetaCollection } from './meta.ts';

/** @throws DrError `not-supported` */
export const refuseParts = ({ parts = 'all' }: Selection): void => {
  if (parts === 'all') return;
  throw new DrError(
    'not-supported',
    'collections of MongoDB have no definitions that could go without their documents',
    'take both, and select collections with --only and --except',
  );
};

const refuseOwners = (selection: RestoreSelection): void => {
  for (const what of ['owners', 'privileges'] as const) {
    if ((selection[what] ?? 'keep') === 'keep') continue;
    throw new DrError('not-supported', `collections of MongoDB have no ${what}`, `leave the ${what} as they are`);
  }
  if ((selection.roles ?? 'require') === 'require') return;
  throw new DrError('not-supported', 'sets of MongoDB hold no roles', 'leave the roles as they are');
};

/** Numbers of the collections of a set that are selected, in its order. @throws DrError `no-match`, `not-supported` */
export const selectedOf = (meta: Meta, selection: RestoreSelection = {}): number[] => {
  refuseParts(selection);
  refuseOwners(selection);
  const names = meta.collections.map(({ name }) => name);
  const wanted = new Set(selectNames(names, selection));
  return [...names.keys()].filter((n) => wanted.has(names[n]!));
};

export const collectionOf = (meta: Meta, n: number): MetaCollection => {
  const collection = meta.collections[n];
  if (collection !== undefined) return collection;
  throw new DrError('damaged', `the set has no collection ${n}`, 'restore another set');
};

/** What a selection comes to beyond its words. Pure. @throws DrError `no-match`, `not-supported` */
export const explain = (meta: Meta, selection: RestoreSelection): readonly string[] => {
  const selected = new Set(selectedOf(meta, selection));
  const views = [...selected].map((n) => collectionOf(meta, n)).filter(({ type }) => type === 'view');
  return views.length === 0 || selected.size === meta.collections.length
    ? []
    : [
        `views show what their collections hold in the place: ${views.map(({ name }) => JSON.stringify(name)).join(', ')}`,
      ];
};
