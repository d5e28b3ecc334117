import type { RunInput } from '../domain/plan.ts';
import type { RunId } from '../domain/words.ts';

/** `20260131T020000Z` */
const compact = (at: Date): string =>
  at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');

/**
 * Workflow id of a run: `restoreStore/orders-db/INC-4211`, or the time where there is no incident. One incident has one
 * open run of a runbook on a target: a second start is refused by Temporal. Drills: `drill/<runbook>/<target>/<time>`.
 */
export const runIdOf = (runbook: string, input: Partial<RunInput>, at: Date): RunId => {
  const target = input.target ?? 'estate';
  const which = input.incident ?? compact(at);
  return input.mode === 'drill' ? `drill/${runbook}/${target}/${which}` : `${runbook}/${target}/${which}`;
};
