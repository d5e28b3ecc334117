import fc from 'fast-check';
import type { CheckRow } from '../../src/domain/checks.ts';
import { checkKinds, checkStates } from '../../src/domain/checks.ts';
import type { Stamps } from '../../src/domain/clocks.ts';
import { stampNames } from '../../src/domain/clocks.ts';
import type { Loss } from '../../src/domain/loss.ts';
import type { Phase, Step } from '../../src/domain/plan.ts';
import type { RunRecord, StepRecord } from '../../src/domain/run.ts';
import { stepStates } from '../../src/domain/run.ts';
import type { Fact } from '../../src/domain/verbs.ts';
import { modes, outcomes } from '../../src/domain/words.ts';
import { at, digest, goodRun, noLoss, planOf, start, steps } from './records.ts';

const moment = fc.integer({ min: -3_600_000, max: 3_600_000 }).map((ms) => new Date(start + ms).toISOString());
const text = fc.string({ unit: 'grapheme', maxLength: 20 });

const stampsArbitrary: fc.Arbitrary<Stamps> = fc
  .array(
    fc.tuple(
      fc.constantFrom(...stampNames),
      moment,
      fc.constantFrom('probe', 'alert', 'person', 'history', 'estimated' as const),
    ),
    { maxLength: 10 },
  )
  .map((entries) => Object.fromEntries(entries.map(([name, instant, source]) => [name, { at: instant, source }])));

const lossArbitrary: fc.Arbitrary<Loss> = fc.record({
  claimedSeconds: fc.option(fc.nat(9000), { nil: null }),
  proven: fc.option(
    fc.record({
      seconds: fc.nat(9000),
      lastAcknowledged: fc.record({ seq: fc.nat(), at: moment }),
      newestPresent: fc.option(fc.record({ seq: fc.nat(), at: moment }), { nil: null }),
      missing: fc.nat(),
      holes: fc.array(fc.nat(), { maxLength: 3 }),
      unknown: fc.array(fc.nat(), { maxLength: 3 }),
    }),
    { nil: null },
  ),
  rows: fc.option(fc.nat(), { nil: null }),
  objectiveSeconds: fc.option(fc.nat(9000), { nil: null }),
  verdict: fc.constantFrom('met', 'missed', 'not measured'),
});

const checksArbitrary: fc.Arbitrary<CheckRow[]> = fc.array(
  fc.record(
    {
      check: fc.constantFrom(...(Object.keys(checkKinds) as CheckRow['check'][])),
      says: text,
      state: fc.constantFrom(...checkStates),
      expected: text,
      found: text,
      examples: fc.array(text, { maxLength: 2 }),
    },
    { requiredKeys: ['check', 'says', 'state', 'expected', 'found'] },
  ),
  { maxLength: 4 },
);

const factArbitrary: fc.Arbitrary<Fact> = fc.record(
  {
    says: text,
    beganAt: moment,
    endedAt: moment,
    stamps: stampsArbitrary,
    loss: lossArbitrary,
    equality: fc.array(
      fc.record({
        object: text,
        expectedRows: fc.option(fc.nat(), { nil: null }),
        foundRows: fc.option(fc.nat(), { nil: null }),
        equal: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
    checks: checksArbitrary,
    versions: fc.dictionary(text, text, { maxKeys: 2 }),
  },
  { requiredKeys: ['says', 'beganAt', 'endedAt'] },
);

const phasesArbitrary: fc.Arbitrary<readonly Phase[]> = fc
  .array(fc.array(fc.constantFrom(...Object.values(steps)), { maxLength: 4 }), { maxLength: 4 })
  .map((phases) =>
    phases.map((inPhase, p) => {
      const named = inPhase.map((step, s) => ({ ...step, id: `${p}-${s}` }));
      return {
        id: `phase-${p}`,
        says: `phase ${p}`,
        steps: named.map((step, s): Step => (s % 2 === 1 ? { ...step, after: [`${p}-${s - 1}`] } : step)),
      };
    }),
  );

const stepRecord = (step: Step, phase: string): fc.Arbitrary<StepRecord> =>
  fc
    .record(
      {
        state: fc.constantFrom(...stepStates),
        attempts: fc.nat(4),
        startedAt: moment,
        endedAt: moment,
        fact: factArbitrary,
        verified: factArbitrary,
        failure: text,
        skipped: fc.record({ why: text, by: fc.array(text, { maxLength: 2 }) }),
      },
      { requiredKeys: ['state', 'attempts'] },
    )
    .map((more) => ({ id: step.id, phase, kind: step.kind, says: step.says, ...more }));

/** Also what no engine would write: clocks that disagree, steps that end before they start. */
const wildRecord: fc.Arbitrary<RunRecord> = phasesArbitrary.chain((phases) =>
  fc.record(
    {
      plan: fc
        .record({
          mode: fc.constantFrom(...modes),
          objective: fc.record({
            rtoSeconds: fc.option(fc.nat(9000), { nil: null }),
            rpoSeconds: fc.option(fc.nat(9000), { nil: null }),
          }),
          targets: fc.subarray(['orders-db', 'search']),
          notDone: fc.array(text, { maxLength: 2 }),
        })
        .map((more) => planOf(phases, more)),
      outcome: fc.constantFrom(...outcomes),
      startedAt: moment,
      endedAt: moment,
      stamps: stampsArbitrary,
      steps: fc.tuple(...phases.flatMap((phase) => phase.steps.map((step) => stepRecord(step, phase.id)))),
      decisions: fc.array(
        fc.record(
          {
            gate: fc.constantFrom('go', '0-0', '1-1'),
            person: text,
            answer: fc.constantFrom('approve', 'deny'),
            proof: fc.constantFrom('code', 'slack', 'break-glass'),
            plan: fc.constant(digest),
            at: moment,
            why: text,
          },
          { requiredKeys: ['gate', 'person', 'answer', 'proof', 'plan', 'at'] },
        ),
        { maxLength: 3 },
      ),
      waits: fc.array(
        fc.record({
          kind: fc.constantFrom('approval', 'hold', 'question', 'lock'),
          step: fc.option(text, { nil: null }),
          from: moment,
          to: fc.option(moment, { nil: null }),
          says: text,
        }),
        { maxLength: 4 },
      ),
      notes: fc.array(fc.record({ at: moment, says: text }), { maxLength: 2 }),
      findings: fc.array(fc.record({ says: text, isFailure: fc.boolean() }), { maxLength: 2 }),
      because: text,
    },
    {
      requiredKeys: [
        'plan',
        'outcome',
        'startedAt',
        'endedAt',
        'stamps',
        'steps',
        'decisions',
        'waits',
        'notes',
        'findings',
      ],
    },
  ),
);

/** The good run with some of what makes it good taken away. */
const nearlyGood: fc.Arbitrary<RunRecord> = fc
  .record({
    outcome: fc.constantFrom(...outcomes),
    keep: fc.subarray([...stampNames], { minLength: 6 }),
    estimated: fc.subarray(['impact', 'declared', 'healthy'] as const, { maxLength: 1 }),
    lost: fc.subarray(['compare', 'probe', 'loss'], { maxLength: 1 }),
    equal: fc.boolean(),
    loss: fc.oneof(fc.constant(noLoss), lossArbitrary),
    endedAt: fc.integer({ min: 40, max: 120 }).map(at),
  })
  .map(({ outcome, keep, estimated, lost, equal, loss, endedAt }) => {
    const good = goodRun({ outcome, endedAt });
    const stamps = Object.fromEntries(
      Object.entries(good.stamps)
        .filter(([name]) => keep.some((kept) => kept === name))
        .map(([name, stamp]) => [
          name,
          estimated.some((one) => one === name) ? { ...stamp, source: 'estimated' } : stamp,
        ]),
    ) as Stamps;
    const kept = good.steps.filter((step) => !lost.includes(step.id));
    const changed = kept.map((step): StepRecord => {
      if (step.id === 'loss') return { ...step, fact: { ...step.fact!, loss } };
      if (step.id !== 'compare' || equal) return step;
      return { ...step, fact: { ...step.fact!, equality: step.fact!.equality!.map((row) => ({ ...row, equal })) } };
    });
    return { ...good, stamps, steps: changed };
  });

/** Any record at all. */
export const anyRecord: fc.Arbitrary<RunRecord> = fc.oneof(wildRecord, nearlyGood);
