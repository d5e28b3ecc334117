import type { Runbook } from '../src/domain/plan.ts';
import { chooseTarget } from './choose-target.ts';
import { onlyLeg } from './leg.ts';
import { besideSite, recoverBeside } from './phases/recover-beside.ts';
import { rehearse, scratchSite } from './phases/rehearse.ts';

/** Recovers one target beside the place in service, then moves users over. A drill does the same on a scratch place. */
export const restoreStore: Runbook = {
  name: 'restoreStore',
  says: 'Bring one target back from a backup set in a new place, prove it equal, then move users over',
  targets: (input) => (input.target === undefined ? [] : [input.target]),
  phases: (facts, input) => {
    const target = chooseTarget('restoreStore', facts, input);
    const manner = { now: facts.now };
    return facts.mode === 'drill'
      ? rehearse([onlyLeg(target, scratchSite(target))], manner)
      : recoverBeside([onlyLeg(target, besideSite(target))], manner);
  },
};
