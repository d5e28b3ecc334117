import type { Filter } from '../../domain/data.ts';
import { matcherOf, selectNames } from '../../domain/filter.ts';

/** What a filter says about groups and keys: a pattern with a colon is of keys, any other one of groups. */
export interface Wanted {
  /** True or false for every key of it; null when each has to be asked for. */
  group(name: string): boolean | null;
  key(name: string): boolean;
  /** Patterns of `only` that have matched nothing so far. */
  unmatched(): string[];
  readonly hasKeyPatterns: boolean;
}

interface Pattern {
  text: string;
  is: (name: string) => boolean;
  isOfKeys: boolean;
  /** May a key of this group match? */
  mayBeIn: (group: string) => boolean;
  hasMatched: boolean;
}

const patternOf = (text: string): Pattern => {
  const head = text.split(':', 1)[0]!;
  return {
    text,
    is: matcherOf(text),
    isOfKeys: text.includes(':'),
    mayBeIn: head.includes('*') ? () => true : (group) => group === head,
    hasMatched: false,
  };
};

/** @param always a group that is taken whatever the filter says */
export const wantedBy = (filter: Filter, always: (group: string) => boolean = () => false): Wanted => {
  const [only, except] = [(filter.only ?? []).map(patternOf), (filter.except ?? []).map(patternOf)];
  const isNamed = (patterns: readonly Pattern[], name: string, isOfKeys: boolean): boolean => {
    let isAny = false;
    for (const pattern of patterns) {
      if (pattern.isOfKeys !== isOfKeys || !pattern.is(name)) continue;
      pattern.hasMatched = true;
      isAny = true;
    }
    return isAny;
  };
  const groupOf = (name: string): string => name.split(':', 1)[0]!;
  return {
    hasKeyPatterns: [...only, ...except].some(({ isOfKeys }) => isOfKeys),
    group(name) {
      const isIn = isNamed(only, name, false) || only.length === 0;
      if (always(name)) return true;
      if (isNamed(except, name, false)) return false;
      const asks = (patterns: readonly Pattern[]): boolean =>
        patterns.some((pattern) => pattern.isOfKeys && pattern.mayBeIn(name));
      if (asks(only) || asks(except)) return null;
      return isIn;
    },
    key(name) {
      const isIn = only.length === 0 || isNamed(only, name, true) || isNamed(only, groupOf(name), false);
      return isIn && !isNamed(except, name, true);
    },
    unmatched: () => only.filter(({ hasMatched }) => !hasMatched).map(({ text }) => text),
  };
};

/**
 * Refuses patterns that match nothing, as far as names of groups tell.
 * @throws DrError `no-match`
 */
export const refuseUnmatched = (names: readonly string[], filter: Filter, isFolded: boolean): void => {
  if (isFolded) return;
  const heads = (patterns: readonly string[] = []): string[] => patterns.map((text) => text.split(':', 1)[0]!);
  const except = (filter.except ?? []).filter((text) => !text.includes(':'));
  selectNames(names, { only: heads(filter.only), except });
};
