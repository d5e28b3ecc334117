import type { Loss } from '../../src/domain/loss.ts';
import type { DoStep, GateStep, Phase, Plan, Step } from '../../src/domain/plan.ts';
import type { RunRecord, StepRecord } from '../../src/domain/run.ts';
import type { Call, Fact } from '../../src/domain/verbs.ts';

export const start = Date.parse('2026-03-01T02:00:00.000Z');
/** The instant so many seconds into the run. */
export const at = (seconds: number): string => new Date(start + Math.round(seconds * 1000)).toISOString();

export const digest = 'a'.repeat(64);
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
