import { DrError } from '../src/domain/errors.ts';
import type { Facts, Runbook, Step, TargetFacts } from '../src/domain/plan.ts';

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

const snapshot = (target: TargetFacts): Step => ({
  kind: 'do',
  id: `snapshot-${target.id}`,
  says: `Back up ${target.bound.place.id} as set ${target.nextSet}, then read it back and check every chunk`,
  after: [`ready-${target.id}`],
  run: { verb: 'takeSnapshot', with: { site: target.bound, set: target.nextSet } },
  verify: { verb: 'checkSet', with: { target: target.id, set: target.nextSet } },
  undo: { irreversible: 'a published set stays until its retention ends' },
  profile: 'bulk',
});

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

/** Those that promised to be back first come first. */
const byUrgency = (facts: Facts): TargetFacts[] =>
  Object.values(facts.targets).sort(
    (a, b) => (a.objective.rtoSeconds ?? Infinity) - (b.objective.rtoSeconds ?? Infinity) || (a.id < b.id ? -1 : 1),
  );

/** Backs up every target, or the one asked for: all at once, each on its own. */
export const backupEstate: Runbook = {
  name: 'backupEstate',
  says: 'Back up every target at once and read each set back; a drill checks readiness and the newest sets, and writes nothing',
  targets: (input) => (input.target === undefined ? [] : [input.target]),
  readsSets: (input) => input.mode === 'drill',
  phases: (facts) => {
    const targets = byUrgency(facts);
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
          ...(isDrill ? proveNewest(target) : [snapshot(target)]),
        ]),
      },
    ];
  },
};
