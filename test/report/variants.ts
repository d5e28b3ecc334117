import type { Decision } from '../../src/domain/risk.ts';
import type { RunRecord, StepRecord } from '../../src/domain/run.ts';
import { makeReport } from '../../src/report/make-report.ts';
import type { Report, TemporalRun } from '../../src/report/report.ts';
import { backupRun, estateRun } from './estate-runs.ts';
import { at, done, doStep, fact, goodRun, noLoss, planOf } from './records.ts';

const temporal: TemporalRun = {
  namespace: 'default',
  execution: '0197e0f2-5c1e-7d2e-9a3f-0c1d2e3f4a5b',
  ui: 'http://127.0.0.1:8233',
};

const withStep = (record: RunRecord, id: string, more: Partial<StepRecord>): RunRecord => ({
  ...record,
  steps: record.steps.map((step) => (step.id === id ? { ...step, ...more } : step)),
});

const notRun = (record: RunRecord, ...ids: readonly string[]): RunRecord => ({
  ...record,
  steps: record.steps.map((step): StepRecord => {
    if (!ids.includes(step.id)) return step;
    const { id, phase, kind, says } = step;
    return { id, phase, kind, says, state: 'not-executed', attempts: 0 };
  }),
});

const decision = (more: Partial<Decision> = {}): Decision => ({
  gate: 'go',
  person: 'grace',
  answer: 'approve',
  proof: 'code',
  plan: 'a'.repeat(64),
  at: at(90),
  ...more,
});

/** Everything a good run can show: findings, a wait, a retry, notes. */
const full = (): RunRecord =>
  withStep(
    goodRun({
      notes: [{ at: at(40), says: 'grace: looked at the counts\nand at the newest order' }],
      findings: [{ says: 'the old place still takes 12 connections', isFailure: false }],
      waits: [
        { kind: 'approval', step: 'go', from: at(30), to: at(90), says: 'may it?' },
        { kind: 'hold', step: null, from: at(92), to: at(95), says: 'ada: a second look' },
      ],
    }),
    'begin',
    {
      attempts: 3,
      failure: 'connection refused\nhint: is it up?',
      fact: fact(6, 10, {
        checks: [
          {
            check: 'newestRow',
            says: 'newest row of public.orders',
            state: 'green',
            expected: 'within 15m',
            found: '4m',
          },
          {
            check: 'integrity',
            says: 'every page is whole',
            state: 'not measured',
            expected: 'no damage',
            found: 'no amcheck',
          },
        ],
      }),
    },
  );

const missed = (): RunRecord => {
  const lost = { ...noLoss, rows: 41, proven: { ...noLoss.proven!, seconds: 5400, missing: 54, holes: [7, 8] } };
  const record = goodRun({ plan: { ...goodRun().plan, objective: { rtoSeconds: 60, rpoSeconds: 600 } } });
  return withStep(record, 'loss', { fact: fact(100, 105, { loss: { ...lost, claimedSeconds: 5400 } }) });
};

const unequal = (): RunRecord => {
  const rows = Array.from({ length: 260 }, (_, n) => ({
    object: `public.table_${n}`,
    expectedRows: 1000 * n,
    foundRows: n % 130 === 5 ? 1000 * n - 1 : 1000 * n,
    equal: n % 130 !== 5,
  }));
  const record = withStep(
    goodRun({ outcome: 'failed', because: 'the restored place differs from its set' }),
    'compare',
    {
      state: 'failed',
      failure: '2 of 260 objects differ',
      fact: fact(10, 30, { objects: 260, equality: rows }),
    },
  );
  const { healthy, approved, ...stamps } = record.stamps;
  return { ...notRun(record, 'go', 'switch', 'probe', 'loss'), stamps, endedAt: at(31), decisions: [], waits: [] };
};

const aborted = (): RunRecord => {
  const record = goodRun({
    outcome: 'aborted',
    because: 'grace: wrong set, see INC-7',
    endedAt: at(80),
    decisions: [decision({ answer: 'deny', at: at(70), why: 'wrong set' })],
    waits: [{ kind: 'approval', step: 'go', from: at(30), to: null, says: 'may it?' }],
  });
  const { healthy, approved, ...stamps } = record.stamps;
  const undone = withStep(notRun(record, 'switch', 'probe', 'loss'), 'begin', { state: 'undone' });
  return { ...withStep(undone, 'go', { state: 'failed', endedAt: at(70), failure: 'denied by grace' }), stamps };
};

const planned = (): RunRecord => {
  const record = goodRun({ outcome: 'planned', stamps: {}, decisions: [], waits: [], endedAt: at(1) });
  const plan = planOf(record.plan.phases, {
    mode: 'plan',
    notDone: ['nothing that orders-db wrote since is exported'],
  });
  return { ...record, plan, steps: [] };
};

const partly = (): RunRecord => {
  const record = goodRun({
    outcome: 'partially-failed',
    findings: [
      { says: 'the skew between sets is 4 s', isFailure: false },
      { says: 'place orders-db/beside-1 was made by this run and is still there', isFailure: true },
    ],
  });
  return withStep(record, 'probe', {
    state: 'skipped',
    skipped: { why: 'the shop has no health page today', by: ['grace', 'ada'] },
  });
};

const brokenGlass = (): RunRecord =>
  goodRun({ decisions: [decision({ person: 'ada', proof: 'break-glass', why: 'nobody answers the phone' })] });

const drill = (): RunRecord => {
  const record = goodRun();
  const plan = planOf(
    record.plan.phases.slice(0, 2).map((phase) => phase),
    { mode: 'drill', runbook: 'runDrill', says: 'rehearse the restore of a target on a scratch place' },
  );
  const { impact, declared, ...stamps } = record.stamps;
  return { ...record, plan, stamps, steps: record.steps.slice(0, 2), decisions: [], waits: [], endedAt: at(30) };
};

/** 40 phases of 50 steps, two minutes each, one in 97 tried again; the run is stopped before the last phase. */
const enormous = (): RunRecord => {
  const ids = Array.from({ length: 2000 }, (_, n) => n);
  const stepOf = (n: number) => ({
    ...doStep(`restore-table-${n}`),
    says: `restore table ${n} of orders-db beside, with its indexes`,
  });
  const phases = Array.from({ length: 40 }, (_, p) => ({
    id: `phase-${p}`,
    says: `restore tables ${p * 50} to ${p * 50 + 49}`,
    steps: ids.slice(p * 50, p * 50 + 50).map(stepOf),
  }));
  const executed = ids.map((n): StepRecord => {
    const [phase, from] = [Math.floor(n / 50), Math.floor(n / 50) * 200 + (n % 7) * 5];
    if (phase === 39)
      return {
        id: `restore-table-${n}`,
        phase: `phase-${phase}`,
        kind: 'do',
        says: stepOf(n).says,
        state: 'not-executed',
        attempts: 0,
      };
    return done(stepOf(n), `phase-${phase}`, from, from + 60 + ((n * 37) % 100), n % 97 === 0 ? { attempts: 2 } : {});
  });
  const record = goodRun({ outcome: 'aborted', because: 'ada: enough', endedAt: at(8000) });
  const { healthy, ...stamps } = record.stamps;
  return { ...record, plan: planOf(phases), stamps, steps: executed, decisions: [], waits: [] };
};

/** What somebody who names tables, or writes notes, may try. */
export const hostile =
  "\"><script>alert(1)</script><img src=x onerror='alert(2)'> &amp; \u202Eevil\u2069\u0000\n</style></title>--> {{x}}";

const hostileRun = (): RunRecord => {
  const equality = [{ object: hostile, expectedRows: 1, foundRows: null, equal: false }];
  const record = withStep(full(), 'compare', {
    says: hostile,
    failure: hostile,
    fact: fact(10, 30, { equality, says: hostile }),
  });
  const { plan } = record;
  return {
    ...withStep(record, 'probe', { state: 'skipped', skipped: { why: hostile, by: [hostile] } }),
    plan: {
      ...plan,
      runbook: hostile,
      says: hostile,
      run: hostile,
      targets: [hostile],
      input: { ...plan.input, incident: hostile, why: hostile },
      starter: { person: hostile, proven: false },
      notDone: [hostile],
      versions: { [hostile]: hostile },
      phases: plan.phases.map((phase) => ({
        ...phase,
        id: hostile + phase.id,
        says: hostile,
        steps: phase.steps.map((step) => ({ ...step, says: hostile })),
      })),
    },
    decisions: [decision({ person: hostile, gate: hostile, why: hostile, proof: 'break-glass' })],
    waits: [{ kind: 'hold', step: null, from: at(92), to: null, says: hostile }],
    notes: [{ at: at(40), says: hostile }],
    findings: [{ says: hostile, isFailure: true }],
    because: hostile,
  };
};

const report = (record: RunRecord, where: TemporalRun | null = temporal): Report => makeReport(record, where);

/** Reports of every kind of run, by name. */
export const variants = {
  succeeded: report(full()),
  missed: report(missed(), { ...temporal, ui: null }),
  unequal: report(unequal(), null),
  aborted: report(aborted()),
  planned: report(planned(), null),
  partly: report(partly()),
  'break-glass': report(brokenGlass()),
  drill: report(drill()),
  hostile: report(hostileRun(), { namespace: hostile, execution: hostile, ui: 'javascript:alert(1)' }),
  enormous: report(enormous()),
  estate: report(estateRun({ healthy: { shop: 100, search: 140 } })),
  backup: report(backupRun()),
} as const satisfies Record<string, Report>;
