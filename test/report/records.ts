import fc from 'fast-check';
import type { CheckRow } from '../../src/domain/checks.ts';
import { checkKinds, checkStates } from '../../src/domain/checks.ts';
import type { Stamps } from '../../src/domain/clocks.ts';
import { stampNames } from '../../src/domain/clocks.ts';
import type { Loss } from '../../src/domain/loss.ts';
import type { DoStep, GateStep, Phase, Plan, Step } from '../../src/domain/plan.ts';
import type { RunRecord, StepRecord } from '../../src/domain/run.ts';
import { stepStates } from '../../src/domain/run.ts';
import type { Call, Fact } from '../../src/domain/verbs.ts';
import { modes, outcomes } from '../../src/domain/words.ts';

export const start = Date.parse('2026-03-01T02:00:00.000Z');
/** The instant so many seconds into the run. */
export const at = (seconds: number): string => new Date(start + Math.round(seconds * 1000)).toISOString();

const digest = 'a'.repeat(64);
const place = {
  id: 'orders-db/beside-1',
  target: 'orders-db',
  kind: 'memory',
  role: 'beside',
  provider: 'existing',
  url: 'env:BESIDE',
} as const;
const site = { place, epoch: 1 };
const set = '20260301T010000Z-3f9a1c';

const check: Call = { verb: 'checkPlace', with: { site } };
export const doStep = (id: string, run: Call = check, after: readonly string[] = []): DoStep => ({
  kind: 'do',
  id,
  says: `do ${id}`,
  run,
  verify: check,
  undo: { irreversible: 'it only looks' },
  ...(after.length === 0 ? {} : { after }),
});
export const gate = (id: string): GateStep => ({
  kind: 'gate',
  id,
  says: `ask ${id}`,
  asks: 'may it?',
  risk: 'disruptive',
  expires: '2h',
});

export const planOf = (phases: readonly Phase[], more: Partial<Plan> = {}): Plan => ({
  runbook: 'restoreStore',
  says: 'restore a store beside and switch to it',
  run: 'restoreStore/orders-db/INC-1',
  mode: 'live',
  digest,
  estate: 'b'.repeat(64),
  madeAt: at(0),
  starter: { person: 'ada', proven: true },
  targets: ['orders-db'],
  region: 'local',
  objective: { rtoSeconds: 900, rpoSeconds: 3600 },
  locks: [],
  sets: [
    {
      id: set,
      target: 'orders-db',
      digest,
      consistency: { kind: 'point-in-time', at: at(-3600) },
      bytes: 1_000_000,
      objects: 2,
      rows: 30,
      batches: { schema: 1, data: 1, index: 1, finish: 1 },
    },
  ],
  phases,
  input: { target: 'orders-db', mode: 'live', set: 'latest' },
  notDone: [],
  versions: { 'dr-runbooks': '0.1.0' },
  ...more,
});

export const fact = (from: number, to: number, more: Partial<Fact> = {}): Fact => ({
  says: 'done as asked',
  beganAt: at(from),
  endedAt: at(to),
  ...more,
});

export const done = (
  step: Step,
  phase: string,
  from: number,
  to: number,
  more: Partial<StepRecord> = {},
): StepRecord => ({
  id: step.id,
  phase,
  kind: step.kind,
  says: step.says,
  state: 'done',
  attempts: 1,
  startedAt: at(from),
  endedAt: at(to),
  ...(step.kind === 'gate' ? {} : { fact: fact(from, to) }),
  ...more,
});

export const steps = {
  begin: doStep('begin', { verb: 'beginRestore', with: { site, set } }),
  compare: doStep('compare', { verb: 'comparePlace', with: { site, set } }),
  gate: gate('go'),
  switch: doStep('switch', { verb: 'switchTarget', with: { target: 'orders-db', from: place, to: place, epoch: 1 } }),
  probe: doStep('probe', { verb: 'probeService', with: { service: 'shop' } }),
  checks: doStep('checks', { verb: 'runChecks', with: { site, set } }),
  loss: doStep('loss', { verb: 'measureLoss', with: { target: 'orders-db', site, set } }),
};

export const noLoss: Loss = {
  claimedSeconds: 60,
  proven: {
    seconds: 5,
    lastAcknowledged: { seq: 9, at: at(-60) },
    newestPresent: { seq: 9, at: at(-60) },
    missing: 0,
    holes: [],
    unknown: [],
  },
  rows: 0,
  objectiveSeconds: 3600,
  verdict: 'met',
};

/** A live restore that went well: 10 s begin, 20 s compare, 60 s for a person, 5 s switch, 5 s probe, 5 s loss. */
export const goodRun = (more: Partial<RunRecord> = {}): RunRecord => ({
  plan: planOf([
    { id: 'restore', says: 'restore beside', steps: [steps.begin] },
    { id: 'verify', says: 'compare', steps: [steps.compare] },
    { id: 'switch', says: 'switch', steps: [steps.gate, { ...steps.switch, after: ['go'] }] },
    { id: 'after', says: 'measure', steps: [steps.probe, steps.loss] },
  ]),
  outcome: 'succeeded',
  startedAt: at(0),
  endedAt: at(110),
  stamps: {
    impact: { at: at(-120), source: 'alert' },
    declared: { at: at(-30), source: 'person' },
    approved: { at: at(90), source: 'history' },
    started: { at: at(0), source: 'history' },
    healthy: { at: at(100), source: 'probe' },
  },
  steps: [
    done(steps.begin, 'restore', 0, 10),
    done(steps.compare, 'verify', 10, 30, {
      fact: fact(10, 30, {
        equality: [
          { object: 'public.orders', expectedRows: 10, foundRows: 10, equal: true },
          { object: 'public.items', expectedRows: 20, foundRows: 20, equal: true },
        ],
      }),
    }),
    done(steps.gate, 'switch', 30, 90),
    done(steps.switch, 'switch', 90, 95),
    done(steps.probe, 'after', 95, 100, {
      fact: fact(95, 100, { stamps: { healthy: { at: at(100), source: 'probe' } } }),
    }),
    done(steps.loss, 'after', 100, 105, { fact: fact(100, 105, { loss: noLoss }) }),
  ],
  decisions: [{ gate: 'go', person: 'grace', answer: 'approve', proof: 'code', plan: digest, at: at(90) }],
  waits: [{ kind: 'approval', step: 'go', from: at(30), to: at(90), says: 'may it?' }],
  notes: [],
  findings: [],
  ...more,
});

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
