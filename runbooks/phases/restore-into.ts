import type { Phase, Step } from '../../src/domain/plan.ts';
import type { Call } from '../../src/domain/verbs.ts';
import type { Consistency, Instant, Stage } from '../../src/domain/words.ts';
import { stages } from '../../src/domain/words.ts';
import { type Leg, targetsOf } from '../leg.ts';

/** Longer than any run; a lease dies by itself when nothing is left to release it. */
const leaseDays = 7;

const leaseUntil = (now: Instant): Instant => new Date(Date.parse(now) + leaseDays * 86_400_000).toISOString();

const shownBy = (consistency: Consistency): string =>
  consistency.kind === 'point-in-time'
    ? `as of ${consistency.at}`
    : `as it was between ${consistency.from} and ${consistency.to}`;

const stageSays: Readonly<Record<Stage, (whose: string) => string>> = {
  schema: (whose) => `Make the empty structures${whose}`,
  data: (whose) => `Load the data${whose}, on every worker that listens`,
  index: (whose) => `Build the indexes${whose}`,
  finish: (whose) => `Add constraints, triggers and statistics${whose}`,
};

/** How sets are brought back. */
export interface Manner {
  now: Instant;
  /** A place that is not ready in time ends a drill; in a recovery somebody is asked. */
  onRed: 'fail' | 'ask';
  /** Trust nothing: read the whole set before it is used, and every page of what was made of it. */
  isWary?: boolean;
}

const readsOnly = { irreversible: 'nothing to take back: this only reads' };

/** A set is whole, or the one before it is named, before anything is made of it. */
const proveSet = ({ target: { id, set, older }, named, whose }: Leg): Step => ({
  kind: 'do',
  id: named('prove-set'),
  says: `Read all of set ${set.id}${whose} and check every chunk; were it damaged, the next is ${older ?? 'none: there is no older one'}`,
  after: [named('hold-set')],
  run: { verb: 'checkSet', with: { target: id, set: set.id, ...(older === null ? {} : { older }) } },
  verify: { verb: 'checkReady', with: { target: id, sites: [], set: set.id } },
  undo: readsOnly,
  profile: 'bulk',
});

const prepareLeg = (leg: Leg, { now, onRed, isWary = false }: Manner): Step[] => {
  const { target, site, named, whose } = leg;
  const { id, set } = target;
  return [
    {
      kind: 'watch',
      id: named('ready'),
      says: `Wait until the vault, set ${set.id}${whose} and the server for ${site.place.id} are ready`,
      check: { verb: 'checkReady', with: { target: id, sites: [site], set: set.id } },
      every: '10s',
      until: '2m',
      greens: 1,
      onRed,
    },
    {
      kind: 'do',
      id: named('hold-set'),
      says: `Keep set ${set.id}${whose} from expiring while it is used`,
      after: [named('ready')],
      run: { verb: 'holdSet', with: { target: id, set: set.id, until: leaseUntil(now) } },
      verify: { verb: 'checkReady', with: { target: id, sites: [], set: set.id } },
      undo: { verb: 'releaseSet', with: { target: id, set: set.id } },
    },
    ...(isWary ? [proveSet(leg)] : []),
  ];
};

/** Checks come before anything is made: of several targets one that lacks something is known before any is restored. */
const prepare = (legs: readonly Leg[], manner: Manner): Phase => ({
  id: 'prepare',
  says: `Check what the restore needs, and keep the ${legs.length === 1 ? 'set' : 'sets'}`,
  steps: legs.flatMap((leg) => prepareLeg(leg, manner)),
});

const goesWithPlace = { irreversible: 'nothing to take back here: it goes when the place is discarded' };

/** From nothing to proven equal, each step after the one before: other targets are not waited for. */
const restoreLeg = (leg: Leg): Step[] => {
  const { target, site, named, whose } = leg;
  const { set } = target;
  const place = site.place.id;
  const made: Step[] = [
    {
      kind: 'do',
      id: named('provide'),
      says: `Make ${place}, empty`,
      run: { verb: 'providePlace', with: { site } },
      verify: { verb: 'checkPlace', with: { site } },
      undo: { verb: 'discardPlace', with: { site } },
    },
    {
      kind: 'do',
      id: named('begin'),
      says: `Ready ${place} for set ${set.id}: it must be empty`,
      after: [named('provide')],
      run: { verb: 'beginRestore', with: { site, set: set.id } },
      verify: { verb: 'checkPlace', with: { site } },
      undo: goesWithPlace,
    },
  ];
  const units = stages.map(
    (stage, at): Step => ({
      kind: 'units',
      id: named(stage),
      says: stageSays[stage](whose),
      after: [named(stages[at - 1] ?? 'begin')],
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
      id: named('compare'),
      says: `Compare every object of ${place} with set ${set.id}, all rows and columns`,
      after: [named('finish')],
      run: { verb: 'comparePlace', with: { site, set: set.id } },
      verify: { verb: 'checkStage', with: { site, set: set.id, stage: 'finish' } },
      undo: readsOnly,
      profile: 'bulk',
    },
    {
      kind: 'do',
      id: named('end'),
      says: `Remove the traces of the restore from ${place}`,
      after: [named('compare')],
      run: { verb: 'endRestore', with: { site, set: set.id } },
      verify: { verb: 'checkPlace', with: { site } },
      undo: goesWithPlace,
    },
  ];
  return [...made, ...units, ...proven, ...putBack(leg)];
};

/** Files and folders come back once the data is proven: what they configure can be started then. */
const putBack = ({ target: { set }, site, named }: Leg): Step[] =>
  (set.carries ?? []).length === 0
    ? []
    : [
        {
          kind: 'do',
          id: named('put-back'),
          says: `Put back what set ${set.id} carries along, over nothing that is there: ${set.carries!.join(', ')}`,
          after: [named('compare')],
          run: { verb: 'putBackCarried', with: { site, set: set.id } },
          verify: { verb: 'checkPlace', with: { site } },
          undo: {
            irreversible: 'nothing that was there was changed; what was put back stays, and can be removed by hand',
          },
          profile: 'bulk',
          skippable: { why: 'the data is whole and proven without what the set carries', risk: 'safe' },
        },
      ];

const restoreSays = (legs: readonly Leg[]): string => {
  const [only] = legs;
  if (only === undefined || legs.length > 1) {
    return `Restore ${targetsOf(legs)} at once, each at its own pace, and prove each equal`;
  }
  const { target, site } = only;
  return `Restore ${target.id} ${shownBy(target.set.consistency)} into ${site.place.id}, and prove it equal`;
};

const checkLeg = ({ target, site, named }: Leg, legs: readonly Leg[], isWary: boolean): Step[] => {
  const { checks, references = [], set } = target;
  if (checks === 0 && !isWary) return [];
  const asked = checks === 1 ? 'the check of the estate' : `the ${checks} checks of the estate`;
  const says = [...(checks > 0 ? [`run ${asked}`] : []), ...(isWary ? ['read every page and index entry'] : [])].join(
    ', and ',
  );
  const parents = legs.filter((one) => references.includes(one.target.id)).map((one) => one.site);
  const more = { ...(isWary ? { integrity: true as const } : {}), ...(parents.length === 0 ? {} : { parents }) };
  return [
    {
      kind: 'do',
      id: named('checks'),
      says: `In ${site.place.id} ${says}`,
      run: { verb: 'runChecks', with: { site, set: set.id, ...more } },
      verify: { verb: 'checkPlace', with: { site } },
      undo: readsOnly,
      profile: 'bulk',
    },
  ];
};

/**
 * After erasures have been replayed: what users will meet is what is checked, rows that name rows of another store
 * included, so that this waits for every target. A red check never reaches a switch.
 */
const check = (legs: readonly Leg[], isWary: boolean): Phase[] => {
  const steps = legs.flatMap((leg) => checkLeg(leg, legs, isWary));
  return steps.length === 0
    ? []
    : [{ id: 'check', says: `Check that the data of ${targetsOf(legs)} makes sense`, steps }];
};

/**
 * The phases that bring sets back in places made for this run, proven equal. They touch nothing in service. What they
 * leave for the caller: the places, and the leases on the sets.
 */
export const restoreInto = (legs: readonly Leg[], manner: Manner): readonly Phase[] => [
  prepare(legs, manner),
  { id: 'before-restore', says: 'Do what the estate wants before a restore', hook: 'beforeRestore', steps: [] },
  { id: 'restore', says: restoreSays(legs), steps: legs.flatMap(restoreLeg) },
  { id: 'after-restore', says: 'Do what the estate wants after a restore', hook: 'afterRestore', steps: [] },
  ...check(legs, manner.isWary ?? false),
];

/** Lets a set expire again, once `verify` says that it has served. */
export const releaseSet = ({ target, named, whose }: Leg, verify: Call, after?: readonly string[]): Step => ({
  kind: 'do',
  id: named('release-set'),
  says: `Let set ${target.set.id}${whose} expire again when its time comes`,
  ...(after === undefined ? {} : { after }),
  run: { verb: 'releaseSet', with: { target: target.id, set: target.set.id } },
  verify,
  undo: { irreversible: 'the set is no longer read by this run' },
});
