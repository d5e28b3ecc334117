import { DrError } from '../src/domain/errors.ts';
import type { Runbook } from '../src/domain/plan.ts';
import type { Site } from '../src/domain/verbs.ts';
import type { Restorable } from './choose-target.ts';
import { chooseTarget } from './choose-target.ts';
import { checkSwitched, cutOver } from './phases/cut-over.ts';
import { rehearse } from './phases/rehearse.ts';
import { releaseSet, restoreInto } from './phases/restore-into.ts';

const besideSite = (target: Restorable): Site => {
  if (target.beside !== null) return { place: target.beside, epoch: target.bound.epoch + 1 };
  throw new DrError(
    'bad-input',
    `there is nowhere to restore ${target.id}: the estate names no server beside it`,
    `add targets.${target.id}.besideServer: env:NAME to estate.yaml, a server that does not share the primary's fate`,
  );
};

/** Recovers one target beside the place in service, then moves users over. A drill does the same on a scratch place. */
export const restoreStore: Runbook = {
  name: 'restoreStore',
  says: 'Bring one target back from a backup set in a new place, prove it equal, then move users over',
  targets: (input) => (input.target === undefined ? [] : [input.target]),
  phases: (facts, input) => {
    const target = chooseTarget('restoreStore', facts, input);
    if (facts.mode === 'drill') return rehearse(target, facts.now);
    const next = besideSite(target);
    return [
      ...restoreInto(target, next, facts.now, 'ask'),
      cutOver(target, next),
      { id: 'after-switch', says: 'Do what the estate wants after a switch', hook: 'afterSwitch', steps: [] },
      { id: 'close', says: 'Let go of what the run held', steps: [releaseSet(target, checkSwitched(target, next))] },
    ];
  },
};
