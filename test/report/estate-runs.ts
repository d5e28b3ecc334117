import { backupEstate } from '../../runbooks/backup-estate.ts';
import { restoreEstate } from '../../runbooks/restore-estate.ts';
import type { Loss } from '../../src/domain/loss.ts';
import type { Plan, Step } from '../../src/domain/plan.ts';
import type { RunRecord, StepRecord } from '../../src/domain/run.ts';
import type { Fact } from '../../src/domain/verbs.ts';
import { targetOf as targetOfStep } from '../../src/report/steps.ts';
import { factsOf, inputOf, planOf, setOf, targetOf } from '../runbooks/facts.ts';
import { at, fact, noLoss } from './records.ts';

const point = (second: number) => ({ kind: 'point-in-time', at: at(second) }) as const;
const services = [{ id: 'shop', greens: 1, every: '1s' }];
const facts = (mode: 'live' | 'drill') =>
  factsOf(
    mode,
    [
      targetOf('orders-db', {
        objective: { rtoSeconds: 300, rpoSeconds: 600 },
        checks: 2,
        services,
        set: setOf('orders-db', { consistency: point(-90) }),
      }),
      targetOf('docs', {
        objective: { rtoSeconds: 900, rpoSeconds: 600 },
        references: ['orders-db'],
        services: [...services, { id: 'search', greens: 1, every: '1s' }],
        set: setOf('docs', { consistency: { kind: 'fuzzy', from: at(-95), to: at(-92.5) } }),
      }),
      targetOf('sessions', {
        objective: { rtoSeconds: null, rpoSeconds: null },
        services: [],
        set: setOf('sessions', { consistency: point(-90) }),
      }),
    ],
    { run: `restoreEstate/estate/INC-7` },
  );

/** What is told instead of what a good run would: by step, or by the whole of it. */
export interface Told {
  /** Second at which a service was green; null when it never was. */
  healthy?: Readonly<Record<string, number | null>>;
  losses?: Readonly<Record<string, Partial<Loss> | null>>;
  unequal?: readonly string[];
  more?: Partial<RunRecord>;
}

const found = (step: Step, told: Told): Partial<Fact> => {
  const call = step.kind === 'do' ? step.run : step.kind === 'watch' ? step.check : null;
  const target = targetOfStep(step) ?? '';
  if (call?.verb === 'probeService') {
    const second = told.healthy?.[call.with.service];
    return second === null ? {} : { stamps: { healthy: { at: at(second ?? 100), source: 'probe' } } };
  }
  if (call?.verb === 'measureLoss') {
    const loss = told.losses?.[target];
    return loss === null ? {} : { loss: { ...noLoss, objectiveSeconds: 600, ...loss } };
  }
  if (call?.verb === 'comparePlace') {
    const equal = !told.unequal?.includes(target);
    return { equality: [{ object: `${target}.main`, expectedRows: 7, foundRows: equal ? 7 : 6, equal }] };
  }
  if (call?.verb === 'runChecks') {
    const row = { says: 'every row names a row', state: 'green', expected: 'no orphan', found: 'no orphan' } as const;
    return { checks: [{ check: 'orphans', ...row }] };
  }
  return {};
};

const recordOf = (plan: Plan, told: Told, facts: (step: Step) => Partial<Fact>): RunRecord => {
  const steps = plan.phases.flatMap((phase, n) =>
    phase.steps.map((step): StepRecord => {
      const [from, to] = [n * 20, n * 20 + 15];
      return {
        id: step.id,
        phase: phase.id,
        kind: step.kind,
        says: step.says,
        state: 'done',
        attempts: 1,
        startedAt: at(from),
        endedAt: at(to),
        ...(step.kind === 'gate' ? {} : { fact: fact(from, to, facts(step)) }),
      };
    }),
  );
  const healthy = Math.max(...Object.values(told.healthy ?? { any: 100 }).map((second) => second ?? 0));
  return {
    plan,
    outcome: 'succeeded',
    startedAt: at(0),
    endedAt: at(plan.phases.length * 20),
    stamps: {
      impact: { at: at(-60), source: 'alert' },
      started: { at: at(0), source: 'history' },
      healthy: { at: at(healthy), source: 'probe' },
    },
    steps,
    decisions: [],
    waits: [],
    notes: [],
    findings: [],
    ...told.more,
  };
};

/** A live restore of three targets; a service of its own, two services, and none. */
export const estateRun = (told: Told = {}): RunRecord => {
  const all = facts('live');
  const plan: Plan = {
    ...planOf(restoreEstate, all, inputOf('live')),
    objective: { rtoSeconds: 300, rpoSeconds: 600 },
    objectives: Object.fromEntries(Object.values(all.targets).map(({ id, objective }) => [id, objective])),
  };
  return recordOf(plan, told, (step) => found(step, told));
};

const taken: Readonly<Record<string, Partial<Fact>>> = {
  'snapshot-docs': {
    shows: { kind: 'fuzzy', from: at(1), to: at(2.5) },
    objects: 3,
    rows: 1500,
    bytes: 4_200_000,
    storedBytes: 1_100_000,
  },
  'snapshot-orders-db': { shows: point(4), objects: 12, rows: 250_000, bytes: 31_000_000, storedBytes: 9_000_000 },
  'snapshot-sessions': { shows: point(1.2), objects: 1, rows: 400, bytes: 30_000, storedBytes: 12_000 },
};

/** A backup of the same three. */
export const backupRun = (): RunRecord => {
  const record = recordOf(planOf(backupEstate, facts('live'), inputOf('live')), {}, (step) => taken[step.id] ?? {});
  const { started } = record.stamps;
  return { ...record, plan: { ...record.plan, sets: [] }, stamps: started === undefined ? {} : { started } };
};
