import type { Filter, RestoreSelection } from './data.ts';
import { DrError } from './errors.ts';

/** Whether a name matches a pattern: `*` matches any run of characters, everything else itself. */
export const matcherOf = (pattern: string): ((name: string) => boolean) => {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}/-]/g, '\\$&'));
  const whole = new RegExp(`^${parts.join('[^]*')}$`);
  return (name) => whole.test(name);
};

const shown = (names: readonly string[]): string => {
  const first = [...names].sort().slice(0, 10);
  return first.length === 0 ? 'nothing is there' : `there is ${first.join(', ')}${names.length > 10 ? ', …' : ''}`;
};

/**
 * The names a filter selects, in the order given. `*` matches any run of characters, everything else itself; a name has
 * to match one pattern of `only` (when there are any) and none of `except`. Without patterns everything is selected.
 * @throws DrError `no-match` when a pattern of `only` matches no name, or `except` leaves none: a typo must not make a
 * backup of less than was asked for.
 */
export const selectNames = (names: readonly string[], filter: Filter = {}): string[] => {
  const only = filter.only ?? [];
  const except = (filter.except ?? []).map(matcherOf);
  for (const pattern of only) {
    if (!names.some(matcherOf(pattern))) {
      throw new DrError(
        'no-match',
        `filter matches no object: pattern ${JSON.stringify(pattern)}; ${shown(names)}`,
        'correct the pattern; `*` matches any run of characters',
      );
    }
  }
  const wanted = only.map(matcherOf);
  const selected = names.filter(
    (name) => (wanted.length === 0 || wanted.some((is) => is(name))) && !except.some((is) => is(name)),
  );
  if (selected.length === 0 && (wanted.length > 0 || except.length > 0)) {
    throw new DrError(
      'no-match',
      `filter leaves no object: except ${JSON.stringify(filter.except ?? [])}; ${shown(names)}`,
      'take a pattern out of `except`',
    );
  }
  return selected;
};

const sortedCopy = (names: readonly string[]): string[] => [...new Set(names)].sort();

/** Absent when it says nothing. */
const ownersOf = (owners: RestoreSelection['owners']): unknown => {
  if (owners === undefined || owners === 'keep') return undefined;
  if (owners === 'drop') return owners;
  const pairs = Object.entries(owners).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length === 0 ? undefined : pairs;
};

/**
 * One text for each meaning: two selections that come to the same have the same key, that of everything is empty. What a
 * restore has done under one key says nothing about another. Keys of references change nothing where rows alone are loaded.
 */
export const selectionKey = (selection: RestoreSelection = {}): string => {
  const { only = [], except = [], parts, keys, owners, privileges, roles, into } = selection;
  const key = JSON.stringify({
    only: only.length === 0 ? undefined : sortedCopy(only),
    except: except.length === 0 ? undefined : sortedCopy(except),
    parts: parts === 'all' ? undefined : parts,
    keys: keys === 'refuse' || parts === 'data' ? undefined : keys,
    owners: ownersOf(owners),
    privileges: privileges === 'keep' ? undefined : privileges,
    roles: roles === 'require' ? undefined : roles,
    into: into === 'empty' ? undefined : into,
  });
  return key === '{}' ? '' : key;
};
