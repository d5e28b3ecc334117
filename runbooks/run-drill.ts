import { DrError } from '../src/domain/errors.ts';
import type { Phase, Runbook } from '../src/domain/plan.ts';
import type { Restorable } from './choose-target.ts';
import { chooseTarget } from './choose-target.ts';
import { onlyLeg } from './leg.ts';
import { rehearse, scratchSite } from './phases/rehearse.ts';

/** A drill counts only when it left nothing and moved nothing. */
const checkCleanUp = (target: Restorable): Phase => ({
  id: 'check-clean-up',
  says: 'Check that nothing is left and that nothing in service moved',
  steps: [
    {
      kind: 'watch',
      id: 'nothing-left',
      says: `Look once more for ${scratchSite(target).place.id}`,
      check: { verb: 'checkDiscarded', with: { site: scratchSite(target) } },
      every: '5s',
      until: '1m',
      greens: 1,
      onRed: 'fail',
    },
    {
      kind: 'watch',
      id: 'nothing-moved',
      says: `See that users of ${target.id} still reach ${target.bound.place.id}`,
      check: {
        verb: 'checkSwitched',
        with: { target: target.id, to: target.bound.place, epoch: target.bound.epoch },
      },
      every: '5s',
      until: '1m',
      greens: 1,
      onRed: 'fail',
    },
  ],
});

/** Rehearses the restore of one target on a scratch place, and checks that the rehearsal left no trace. */
export const runDrill: Runbook = {
  name: 'runDrill',
  says: 'Rehearse the restore of one target on a scratch place: measured, proven equal, cleaned up',
  targets: (input) => (input.target === undefined ? [] : [input.target]),
  phases: (facts, input) => {
    if (facts.mode === 'live') {
      throw new DrError(
        'bad-input',
        'runDrill works on scratch places only and has no live mode; modes: plan, drill',
        'use {"mode":"drill"}, or start restoreStore to recover for real',
      );
    }
    const target = chooseTarget('runDrill', facts, input);
    return [...rehearse([onlyLeg(target, scratchSite(target))], { now: facts.now }), checkCleanUp(target)];
  },
};
