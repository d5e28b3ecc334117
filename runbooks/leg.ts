import type { Site } from '../src/domain/verbs.ts';
import type { Restorable } from './choose-target.ts';

/** One target on its way back: where to, and how its steps are called. */
export interface Leg {
  target: Restorable;
  /** Made for this run. */
  site: Site;
  /** The id of its step of that name: unique in the run. */
  named(step: string): string;
  /** Whose a step is, for sentences that do not tell by themselves. */
  whose: string;
}

/** Of a run that is about this target alone. */
export const onlyLeg = (target: Restorable, site: Site): Leg => ({ target, site, named: (step) => step, whose: '' });

/** Of a run that may be about several targets. */
export const oneLeg = (target: Restorable, site: Site): Leg => ({
  target,
  site,
  named: (step) => `${step}-${target.id}`,
  whose: ` of ${target.id}`,
});

/** The targets of some legs, as they are told in a sentence. */
export const targetsOf = (legs: readonly Leg[]): string => legs.map(({ target }) => target.id).join(', ');
