import type { Runbook } from '../src/domain/plan.ts';
import { byUrgency } from './by-urgency.ts';
import { chooseTargets, namedTargets } from './choose-target.ts';
import { oneLeg } from './leg.ts';
import { besideSite, recoverBeside } from './phases/recover-beside.ts';
import { rehearse, scratchSite } from './phases/rehearse.ts';

/**
 * Recovers every target of the estate, or those asked for, in one run: each restored beside at its own pace, the most urgent
 * begun first, nobody moved before all are proven and checked across stores, one approval for all. What one target lacks
 * keeps all of them from being moved: a person retries it, or aborts and starts again without it.
 */
export const restoreEstate: Runbook = {
  name: 'restoreEstate',
  says: 'Bring every target back at once, or those named, in new places; prove each equal, then move users over together',
  targets: namedTargets,
  phases: (facts, input) => {
    const targets = byUrgency(chooseTargets('restoreEstate', facts, input));
    const manner = { now: facts.now };
    return facts.mode === 'drill'
      ? rehearse(
          targets.map((target) => oneLeg(target, scratchSite(target))),
          manner,
        )
      : recoverBeside(
          targets.map((target) => oneLeg(target, besideSite(target))),
          manner,
        );
  },
};
