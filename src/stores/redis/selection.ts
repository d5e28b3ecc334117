import type { Parts, RestoreSelection } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import { functionsObject, type RedisMeta } from './meta.ts';
import { refuseUnmatched, wantedBy } from './wanted.ts';

/** A key is its own definition. @throws DrError `not-supported` */
export const refuseParts = (parts: Parts = 'all'): void => {
  if (parts === 'all') return;
  throw new DrError('not-supported', 'Redis has no definitions apart from its data', 'take or restore all of it');
};

/** Does the selection take the whole set, into a place that holds nothing? */
export const isEverything = ({ only = [], except = [], into = 'empty' }: RestoreSelection): boolean =>
  only.length === 0 && except.length === 0 && into === 'empty';

/** Are the objects selected as the set counts them: no single keys, no part of what is counted together? */
export const isByObject = (meta: RedisMeta, { only = [], except = [] }: RestoreSelection): boolean =>
  (only.length === 0 && except.length === 0) || (!meta.isFolded && !wantedBy({ only, except }).hasKeyPatterns);

/** Names of the objects of the set of which the selection takes anything. @throws DrError `no-match` */
export const selectedOf = (meta: RedisMeta, selection: RestoreSelection): string[] => {
  const names = meta.objects.map(({ name }) => name);
  refuseUnmatched(names, selection, meta.isFolded);
  const wanted = wantedBy(selection);
  return names.filter((name) => wanted.group(name) !== false);
};

/** @throws DrError `no-match`, `not-supported` */
export const explain = (meta: RedisMeta, selection: RestoreSelection): readonly string[] => {
  refuseParts(selection.parts);
  for (const what of ['owners', 'privileges'] as const) {
    if ((selection[what] ?? 'keep') === 'keep') continue;
    throw new DrError('not-supported', `keys of Redis have no ${what}`, `leave the ${what} as they are`);
  }
  if ((selection.roles ?? 'require') !== 'require') {
    throw new DrError('not-supported', 'a set of Redis holds no logins', 'make them at the server (ACL SETUSER)');
  }
  const selected = selectedOf(meta, selection);
  const isPart = selected.length < meta.objects.length || !isByObject(meta, selection);
  return [
    'keys whose time to live is over by then do not come back',
    ...(isPart && meta.libraries.length > 0 && !selected.includes(functionsObject)
      ? [`functions are left out: ${meta.libraries.join(', ')}`]
      : []),
  ];
};
