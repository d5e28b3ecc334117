import type { Consistency, Instant } from './words.ts';

/** From when on everything in a set can be there: the end of what a fuzzy set shows. */
export const shownAt = (consistency: Consistency): Instant =>
  consistency.kind === 'point-in-time' ? consistency.at : consistency.to;
