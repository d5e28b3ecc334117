import type { Filter } from './data.ts';
import { DrError } from './errors.ts';

const matcher = (pattern: string): ((name: string) => boolean) => {
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
  const except = (filter.except ?? []).map(matcher);
  for (const pattern of only) {
    if (!names.some(matcher(pattern))) {
      throw new DrError(
        'no-match',
        `filter matches no object: pattern ${JSON.stringify(pattern)}; ${shown(names)}`,
        'correct the pattern; `*` matches any run of characters',
      );
    }
  }
  const wanted = only.map(matcher);
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
