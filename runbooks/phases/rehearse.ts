import { DrError } from '../../src/domain/errors.ts';
import type { Phase } from '../../src/domain/plan.ts';
import type { Call, Site } from '../../src/domain/verbs.ts';
import type { Restorable } from '../choose-target.ts';
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

/** The whole restore on a scratch place, measured and discarded. Asks nobody, fences nothing, switches nothing. */
export const rehearse = (target: Restorable, manner: Pick<Manner, 'now' | 'isWary'>): readonly Phase[] => {
  const site = scratchSite(target);
  const isGone: Call = { verb: 'checkDiscarded', with: { site } };
  return [
    ...restoreInto(target, site, { ...manner, onRed: 'fail' }),
    {
      id: 'measure',
      says: 'Measure what users would have lost',
      steps: [
        {
          kind: 'do',
          id: 'measure-loss',
          says: 'Measure which acknowledged writes are not in the restored copy',
          run: { verb: 'measureLoss', with: { target: target.id, site, set: target.set.id } },
          verify: { verb: 'checkPlace', with: { site } },
          undo: { irreversible: 'nothing to take back: this only reads' },
        },
      ],
    },
    {
      id: 'clean-up',
      says: 'Leave nothing behind',
      steps: [
        {
          kind: 'do',
          id: 'discard',
          says: `Discard ${site.place.id} and everything in it`,
          run: { verb: 'discardPlace', with: { site } },
          verify: isGone,
          undo: { irreversible: 'a scratch place is made to be discarded' },
        },
        releaseSet(target, isGone, ['discard']),
      ],
    },
  ];
};
