import { DrError } from '../../src/domain/errors.ts';
import type { Phase, Step } from '../../src/domain/plan.ts';
import type { Call, Site } from '../../src/domain/verbs.ts';
import type { Restorable } from '../choose-target.ts';
import type { Leg } from '../leg.ts';
import { type Manner, releaseSet, restoreInto } from './restore-into.ts';

/**
 * Where a drill of this target happens.
 * @throws DrError `bad-input` when the estate names no scratch server
 */
export const scratchSite = (target: Restorable): Site => {
  if (target.scratch !== null) return { place: target.scratch, epoch: target.bound.epoch + 1 };
  throw new DrError(
    'bad-input',
    `there is nowhere to drill ${target.id}: the estate names no scratch server for it`,
    `add targets.${target.id}.scratchServer: env:NAME to estate.yaml, a server where databases may come and go`,
  );
};

const measureLoss = ({ target, site, named, whose }: Leg): Step => ({
  kind: 'do',
  id: named('measure-loss'),
  says: `Measure which acknowledged writes${whose} are not in the restored copy`,
  run: { verb: 'measureLoss', with: { target: target.id, site, set: target.set.id } },
  verify: { verb: 'checkPlace', with: { site } },
  undo: { irreversible: 'nothing to take back: this only reads' },
});

const leaveNothing = (leg: Leg): Step[] => {
  const { site, named } = leg;
  const isGone: Call = { verb: 'checkDiscarded', with: { site } };
  return [
    {
      kind: 'do',
      id: named('discard'),
      says: `Discard ${site.place.id} and everything in it`,
      run: { verb: 'discardPlace', with: { site } },
      verify: isGone,
      undo: { irreversible: 'a scratch place is made to be discarded' },
    },
    releaseSet(leg, isGone, [named('discard')]),
  ];
};

/** The whole restore on scratch places, measured and discarded. Asks nobody, fences nothing, switches nothing. */
export const rehearse = (legs: readonly Leg[], manner: Pick<Manner, 'now' | 'isWary'>): readonly Phase[] => [
  ...restoreInto(legs, { ...manner, onRed: 'fail' }),
  { id: 'measure', says: 'Measure what users would have lost', steps: legs.map(measureLoss) },
  { id: 'clean-up', says: 'Leave nothing behind', steps: legs.flatMap(leaveNothing) },
];
