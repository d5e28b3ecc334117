import type { Phase, Step } from '../../src/domain/plan.ts';
import type { Call, Site } from '../../src/domain/verbs.ts';
import type { Consistency, Instant, Stage } from '../../src/domain/words.ts';
import { stages } from '../../src/domain/words.ts';
import type { Restorable } from '../choose-target.ts';

/** Longer than any run; a lease dies by itself when nothing is left to release it. */
const leaseDays = 7;

const leaseUntil = (now: Instant): Instant => new Date(Date.parse(now) + leaseDays * 86_400_000).toISOString();

const shownBy = (consistency: Consistency): string =>
  consistency.kind === 'point-in-time'
    ? `as of ${consistency.at}`
    : `as it was between ${consistency.from} and ${consistency.to}`;

const stageSays: Readonly<Record<Stage, string>> = {
  schema: 'Make the empty structures',
  data: 'Load the data, on every worker that listens',
  index: 'Build the indexes',
  finish: 'Add constraints, triggers and statistics',
};

/** How a set is brought back. */
export interface Manner {
  now: Instant;
  /** A place that is not ready in time ends a drill; in a recovery somebody is asked. */
  onRed: 'fail' | 'ask';
  /** Trust nothing: read the whole set before it is used, and every page of what was made of it. */
  isWary?: boolean;
}

const readsOnly = { irreversible: 'nothing to take back: this only reads' };

/** A set is whole, or the one before it is named, before anything is made of it. */
const proveSet = ({ id, set, older }: Restorable): Step => ({
  kind: 'do',
  id: 'prove-set',
  says: `Read all of set ${set.id} and check every chunk; were it damaged, the next is ${older ?? 'none: there is no older one'}`,
  after: ['hold-set'],
  run: { verb: 'checkSet', with: { target: id, set: set.id, ...(older === null ? {} : { older }) } },
  verify: { verb: 'checkReady', with: { target: id, sites: [], set: set.id } },
  undo: readsOnly,
  profile: 'bulk',
});

/** Checks come before anything is made. */
const prepare = (target: Restorable, site: Site, { now, onRed, isWary = false }: Manner): Phase => {
  const { id, set } = target;
  const held: Call = { verb: 'releaseSet', with: { target: id, set: set.id } };
  return {
    id: 'prepare',
    says: 'Check what the restore needs, and keep the set',
    steps: [
      {
        kind: 'watch',
        id: 'ready',
        says: `Wait until the vault, set ${set.id} and the server for ${site.place.id} are ready`,
        check: { verb: 'checkReady', with: { target: id, sites: [site], set: set.id } },
        every: '10s',
        until: '2m',
        greens: 1,
        onRed,
      },
      {
        kind: 'do',
        id: 'hold-set',
        says: `Keep set ${set.id} from expiring while it is used`,
        after: ['ready'],
        run: { verb: 'holdSet', with: { target: id, set: set.id, until: leaseUntil(now) } },
        verify: { verb: 'checkReady', with: { target: id, sites: [], set: set.id } },
        undo: held,
      },
      ...(isWary ? [proveSet(target)] : []),
    ],
  };
};

const goesWithPlace = { irreversible: 'nothing to take back here: it goes when the place is discarded' };

const restore = (target: Restorable, site: Site): Phase => {
  const { set } = target;
  const place = site.place.id;
  const made: Step[] = [
    {
      kind: 'do',
      id: 'provide',
      says: `Make ${place}, empty`,
      run: { verb: 'providePlace', with: { site } },
      verify: { verb: 'checkPlace', with: { site } },
      undo: { verb: 'discardPlace', with: { site } },
    },
    {
      kind: 'do',
      id: 'begin',
      says: `Ready ${place} for set ${set.id}: it must be empty`,
      after: ['provide'],
      run: { verb: 'beginRestore', with: { site, set: set.id } },
      verify: { verb: 'checkPlace', with: { site } },
      undo: goesWithPlace,
    },
  ];
  const units = stages.map(
    (stage, at): Step => ({
      kind: 'units',
      id: stage,
      says: stageSays[stage],
      after: [stages[at - 1] ?? 'begin'],
      site,
      set: set.id,
      stage,
      batches: set.batches[stage],
      verify: { verb: 'checkStage', with: { site, set: set.id, stage } },
      undo: goesWithPlace,
    }),
  );
  const proven: Step[] = [
    {
      kind: 'do',
      id: 'compare',
      says: `Compare every object of ${place} with set ${set.id}, all rows and columns`,
      after: ['finish'],
      run: { verb: 'comparePlace', with: { site, set: set.id } },
      verify: { verb: 'checkStage', with: { site, set: set.id, stage: 'finish' } },
      undo: readsOnly,
      profile: 'bulk',
    },
    {
      kind: 'do',
      id: 'end',
      says: `Remove the traces of the restore from ${place}`,
      after: ['compare'],
      run: { verb: 'endRestore', with: { site, set: set.id } },
      verify: { verb: 'checkPlace', with: { site } },
      undo: goesWithPlace,
    },
  ];
  return {
    id: 'restore',
    says: `Restore ${target.id} ${shownBy(set.consistency)} into ${place}, and prove it equal`,
    steps: [...made, ...units, ...proven],
  };
};

/** After erasures have been replayed: what users will meet is what is checked. A red check never reaches a switch. */
const check = (target: Restorable, site: Site, isWary: boolean): Phase[] => {
  const { checks, id, set } = target;
  if (checks === 0 && !isWary) return [];
  const asked = checks === 1 ? 'the check of the estate' : `the ${checks} checks of the estate`;
  const says = [...(checks > 0 ? [`run ${asked}`] : []), ...(isWary ? ['read every page and index entry'] : [])].join(
    ', and ',
  );
  return [
    {
      id: 'check',
      says: `Check that the data of ${id} makes sense`,
      steps: [
        {
          kind: 'do',
          id: 'checks',
          says: `In ${site.place.id} ${says}`,
          run: { verb: 'runChecks', with: { site, set: set.id, ...(isWary ? { integrity: true } : {}) } },
          verify: { verb: 'checkPlace', with: { site } },
          undo: readsOnly,
          profile: 'bulk',
        },
      ],
    },
  ];
};

/**
 * The phases that bring a set back in a place made for this run, proven equal. They touch nothing in service. What they
 * leave for the caller: the place, and the lease on the set.
 */
export const restoreInto = (target: Restorable, site: Site, manner: Manner): readonly Phase[] => [
  prepare(target, site, manner),
  { id: 'before-restore', says: 'Do what the estate wants before a restore', hook: 'beforeRestore', steps: [] },
  restore(target, site),
  { id: 'after-restore', says: 'Do what the estate wants after a restore', hook: 'afterRestore', steps: [] },
  ...check(target, site, manner.isWary ?? false),
];

/** Lets the set expire again, once `verify` says that it has served. */
export const releaseSet = (target: Restorable, verify: Call, after?: readonly string[]): Step => ({
  kind: 'do',
  id: 'release-set',
  says: `Let set ${target.set.id} expire again when its time comes`,
  ...(after === undefined ? {} : { after }),
  run: { verb: 'releaseSet', with: { target: target.id, set: target.set.id } },
  verify,
  undo: { irreversible: 'the set is no longer read by this run' },
});
