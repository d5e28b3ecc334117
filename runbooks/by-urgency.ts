import type { TargetFacts } from '../src/domain/plan.ts';

/** Those that promised to be back first come first. */
export const byUrgency = <Of extends Pick<TargetFacts, 'id' | 'objective'>>(targets: readonly Of[]): Of[] =>
  targets.toSorted(
    (a, b) => (a.objective.rtoSeconds ?? Infinity) - (b.objective.rtoSeconds ?? Infinity) || (a.id < b.id ? -1 : 1),
  );
