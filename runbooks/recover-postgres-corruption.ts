import { DrError } from '../src/domain/errors.ts';
import type { Runbook } from '../src/domain/plan.ts';
import { chooseTarget } from './choose-target.ts';
import { onlyLeg } from './leg.ts';
import { besideSite, recoverBeside } from './phases/recover-beside.ts';
import { rehearse, scratchSite } from './phases/rehearse.ts';

/**
 * A corrupted PostgreSQL: pages that cannot be read, or data that is wrong since a known time (`at`). Trusts neither the set
 * nor what was made of it: both are read whole before users are moved.
 */
export const recoverPostgresCorruption: Runbook = {
  name: 'recoverPostgresCorruption',
  says: 'Replace a corrupted PostgreSQL by a new instance from the newest good set, read whole before and after, then promote it',
  targets: (input) => (input.target === undefined ? [] : [input.target]),
  wantsGoodSet: true,
  phases: (facts, input) => {
    const target = chooseTarget('recoverPostgresCorruption', facts, input);
    if (target.kind !== 'postgres') {
      throw new DrError(
        'not-supported',
        `recoverPostgresCorruption recovers PostgreSQL, and ${target.id} is of kind ${target.kind}`,
        `start restoreStore with {"target":"${target.id}"}`,
      );
    }
    const manner = { now: facts.now, isWary: true };
    return facts.mode === 'drill'
      ? rehearse([onlyLeg(target, scratchSite(target))], manner)
      : recoverBeside([onlyLeg(target, besideSite(target))], manner);
  },
};
