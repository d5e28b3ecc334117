import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import type { MessageName } from '../../src/domain/message.ts';

/** What happens to one call of an activity instead of, or after, its work. */
export interface Fault {
  verb: string;
  /** So many calls pass first. */
  after: number;
  times: number;
  how: 'fails' | 'fails-for-good' | 'answer-lost' | 'dies' | 'comes-back-late';
}

/** Something a person does, sensible or not, so long after the start. */
export interface Deed {
  atMs: number;
  name: MessageName | 'cancel' | 'stray-signal';
  message: unknown;
  isDoubled: boolean;
}

export interface Scenario {
  runbook: 'restoreStore' | 'backupEstate' | 'runDrill';
  mode: 'live' | 'drill';
  isStarterProven: boolean;
  faults: readonly Fault[];
  deeds: readonly Deed[];
  /** A second run on the same target, at the same time. */
  hasRival: boolean;
  /** What is done about steps that failed: so many retries, then skip where it is safe, then abort. */
  retries: number;
}

const verbs = [
  ...[
    'checkReady',
    'holdSet',
    'providePlace',
    'beginRestore',
    'applyUnits',
    'checkStage',
    'comparePlace',
    'endRestore',
  ],
  ...['fencePlace', 'checkFenced', 'switchTarget', 'checkSwitched', 'probeService', 'measureLoss', 'releaseSet'],
  ...['discardPlace', 'checkDiscarded', 'unfencePlace', 'takeSnapshot', 'checkSet'],
  ...['freezePlan', 'provePerson', 'writeReport'],
];

const fault: fc.Arbitrary<Fault> = fc.record({
  verb: fc.constantFrom(...verbs),
  after: fc.nat({ max: 2 }),
  times: fc.integer({ min: 1, max: 2 }),
  how: fc.oneof(
    { weight: 5, arbitrary: fc.constant('fails' as const) },
    { weight: 4, arbitrary: fc.constant('answer-lost' as const) },
    { weight: 3, arbitrary: fc.constant('fails-for-good' as const) },
    { weight: 1, arbitrary: fc.constantFrom('dies' as const, 'comes-back-late' as const) },
  ),
});

const garbage = fc.oneof(
  fc.constantFrom(null, 7, 'stop it', [], [{}], { code: {} }, { code: '12' }, { gate: 'nope', code: '123456' }),
  fc.constantFrom({ plan: 'abcdef123456', code: '123456' }, { unknown: 1 }, { why: 'x'.repeat(20_000) }, { step: '' }),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
);
const sensible = fc.constantFrom(
  ...[{}, { why: 'a\nreason | <b>' }, { code: '000000', why: 'x' }, { says: 'note {runId}' }],
);
const deed: fc.Arbitrary<Deed> = fc.record({
  atMs: fc.nat({ max: 6_000 }),
  name: fc.oneof(
    {
      weight: 12,
      arbitrary: fc.constantFrom<MessageName[]>('hold', 'resume', 'note', 'approve', 'deny', 'retryStep', 'skipStep'),
    },
    { weight: 2, arbitrary: fc.constant('abort' as const) },
    { weight: 1, arbitrary: fc.constantFrom('cancel' as const, 'stray-signal' as const) },
  ),
  message: fc.oneof({ weight: 2, arbitrary: sensible }, { weight: 1, arbitrary: garbage }),
  isDoubled: fc.boolean(),
});

/** One run and everything that befalls it. */
export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  runbook: fc.oneof(
    { weight: 5, arbitrary: fc.constant('restoreStore' as const) },
    { weight: 2, arbitrary: fc.constant('runDrill' as const) },
    { weight: 1, arbitrary: fc.constant('backupEstate' as const) },
  ),
  mode: fc.oneof(
    { weight: 3, arbitrary: fc.constant('live' as const) },
    { weight: 1, arbitrary: fc.constant('drill' as const) },
  ),
  isStarterProven: fc.boolean(),
  faults: fc.array(fault, { maxLength: 4 }),
  deeds: fc.array(deed, { maxLength: 8 }),
  hasRival: fc.nat({ max: 3 }).map((at) => at === 0),
  retries: fc.nat({ max: 3 }),
});

const failure = (isForGood: boolean): ApplicationFailure =>
  ApplicationFailure.create({
    message: `${isForGood ? 'permission denied' : 'connection reset'}, by chance`,
    type: isForGood ? 'no-permission' : 'unreachable',
    nonRetryable: isForGood,
    details: [{ hint: 'try again', facts: {} }],
  });

/** Longer than a worker may be silent. */
const silentMs = 12_000;

const strike = async (how: Fault['how'], work: () => Promise<unknown>): Promise<unknown> => {
  if (how === 'fails' || how === 'fails-for-good') throw failure(how === 'fails-for-good');
  if (how === 'dies') return Context.current().cancelled;
  if (how === 'comes-back-late') await Promise.race([pause(silentMs), Context.current().cancelled.catch(() => {})]);
  const found = await work();
  if (how === 'answer-lost') throw failure(false);
  return found;
};

/** Which run a call of an activity is for: verbs get an order first, the desk one input. */
const runOf = ([first]: readonly unknown[]): string => {
  const { run, record } = first as { run?: string; record?: { plan: { run: string } } };
  return run ?? record?.plan.run ?? '';
};

/** The activities, with what befalls the runs of `faults`. Each fault strikes so often, then never again. */
export const withFaults = (activities: object, faults: ReadonlyMap<string, Fault[]>): object =>
  Object.fromEntries(
    Object.entries(activities).map(([verb, act]: [string, (...input: unknown[]) => Promise<unknown>]) => [
      verb,
      (...input: unknown[]): Promise<unknown> => {
        const struck = faults.get(runOf(input))?.find((one) => {
          if (one.verb !== verb || one.times === 0) return false;
          if (one.after > 0) {
            one.after -= 1;
            return false;
          }
          one.times -= 1;
          return true;
        });
        return struck === undefined ? act(...input) : strike(struck.how, () => act(...input));
      },
    ]),
  );
