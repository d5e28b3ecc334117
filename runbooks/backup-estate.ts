import { DrError } from '../src/domain/errors.ts';
import { orderReferences, type ReferenceOrder } from '../src/domain/order-references.ts';
import type { Runbook, Step, TargetFacts } from '../src/domain/plan.ts';
import { byUrgency } from './by-urgency.ts';
import { namedTargets } from './choose-target.ts';

const ready = (target: TargetFacts, isDrill: boolean): Step => ({
  kind: 'watch',
  id: `ready-${target.id}`,
  says: `Wait until ${target.bound.place.id} and the vault are ready for a backup`,
  check: { verb: 'checkReady', with: { target: target.id, sites: [target.bound] } },
  every: '10s',
  until: '2m',
  greens: 1,
  onRed: isDrill ? 'fail' : 'ask',
});

/** A store is backed up after those whose rows name its own: then its set has all that theirs name. */
const snapshot = (target: TargetFacts, { before }: ReferenceOrder): Step => {
  const first = before.get(target.id) ?? [];
  const isAwaited = [...before.values()].some((ids) => ids.includes(target.id));
  const after = first.length === 0 ? '' : ` after ${first.join(', ')}, whose rows name its own`;
  return {
    kind: 'do',
    id: `snapshot-${target.id}`,
    says: `Back up ${target.bound.place.id} as set ${target.nextSet}${after}, then read it back and check every chunk`,
    after: [`ready-${target.id}`, ...first.map((id) => `snapshot-${id}`)],
    run: { verb: 'takeSnapshot', with: { site: target.bound, set: target.nextSet } },
    verify: { verb: 'checkSet', with: { target: target.id, set: target.nextSet } },
    undo: { irreversible: 'a published set stays until its retention ends' },
    profile: 'bulk',
    ...(isAwaited
      ? {
          skippable: {
            why: `the others are backed up all the same; ${target.id} has no set of this run`,
            risk: 'safe',
          },
        }
      : {}),
  };
};

/** What a drill does instead of writing: a backup would work, and the set we would need is whole. */
const proveNewest = (target: TargetFacts): Step[] =>
  target.set === null
    ? []
    : [
        {
          kind: 'do',
          id: `prove-${target.id}`,
          says: `Read set ${target.set.id} of ${target.id} and check every chunk`,
          run: { verb: 'checkSet', with: { target: target.id, set: target.set.id } },
          verify: { verb: 'checkReady', with: { target: target.id, sites: [], set: target.set.id } },
          undo: { irreversible: 'nothing to take back: this only reads' },
          profile: 'bulk',
        },
      ];

/**
 * Backs up every target, or those asked for: all at once, but a store only after the stores whose rows name its own, so that
 * nothing in the sets points at what they lack.
 */
export const backupEstate: Runbook = {
  name: 'backupEstate',
  says: 'Back up every target at once and read each set back; a drill checks readiness and the newest sets, and writes nothing',
  targets: namedTargets,
  readsSets: (input) => input.mode === 'drill',
  phases: (facts) => {
    const targets = byUrgency(Object.values(facts.targets));
    const order = orderReferences(targets);
    if (targets.length === 0) {
      throw new DrError('no-match', 'there is no target to back up', 'add a target to estate.yaml');
    }
    const isDrill = facts.mode === 'drill';
    return [
      {
        id: 'backup',
        says: isDrill ? 'Check that backups would work and that the newest sets are whole' : 'Back up, in parallel',
        steps: targets.flatMap((target) => [
          ready(target, isDrill),
          ...(isDrill ? proveNewest(target) : [snapshot(target, order)]),
        ]),
      },
    ];
  },
};
