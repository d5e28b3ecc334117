import type { Consistency } from './words.ts';

const instantsOf = (consistency: Consistency): readonly string[] =>
  consistency.kind === 'point-in-time' ? [consistency.at] : [consistency.from, consistency.to];

/**
 * How far apart the instants are that several sets show, in milliseconds: from the earliest to the latest, both ends of a
 * fuzzy one counted. Null for less than two sets: one alone has no skew.
 */
export const skewOf = (shown: readonly Consistency[]): number | null => {
  if (shown.length < 2) return null;
  const times = shown.flatMap(instantsOf).map((at) => Date.parse(at));
  return Math.max(...times) - Math.min(...times);
};
