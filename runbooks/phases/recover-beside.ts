import { DrError } from '../../src/domain/errors.ts';
import type { Phase } from '../../src/domain/plan.ts';
import type { Site } from '../../src/domain/verbs.ts';
import type { Restorable } from '../choose-target.ts';
import type { Leg } from '../leg.ts';
import { checkSwitched, cutOver } from './cut-over.ts';
import { type Manner, releaseSet, restoreInto } from './restore-into.ts';

/**
 * Where a recovery of this target makes its new place.
 * @throws DrError `bad-input` when the estate names no server beside
 */
export const besideSite = (target: Restorable): Site => {
  if (target.beside !== null) return { place: target.beside, epoch: target.bound.epoch + 1 };
  throw new DrError(
    'bad-input',
    `there is nowhere to restore ${target.id}: the estate names no server beside it`,
    `add targets.${target.id}.besideServer: env:NAME to estate.yaml, a server that does not share the primary's fate`,
  );
};

/**
 * The whole recovery: restored beside and proven, users moved over once a person says so, loss measured. The old places
 * stay, fenced. Of several targets none is moved before all are proven.
 */
export const recoverBeside = (legs: readonly Leg[], manner: Pick<Manner, 'now' | 'isWary'>): readonly Phase[] => [
  ...restoreInto(legs, { ...manner, onRed: 'ask' }),
  cutOver(legs),
  { id: 'after-switch', says: 'Do what the estate wants after a switch', hook: 'afterSwitch', steps: [] },
  {
    id: 'close',
    says: 'Let go of what the run held',
    steps: legs.map((leg) => releaseSet(leg, checkSwitched(leg))),
  },
];
