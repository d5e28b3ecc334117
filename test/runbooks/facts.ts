import { locksOf } from '../../src/domain/effects.ts';
import { expandRunbook } from '../../src/domain/expand-runbook.ts';
import { listNotDone } from '../../src/domain/list-not-done.ts';
import type { Facts, Plan, Runbook, RunInput, SetFacts, TargetFacts } from '../../src/domain/plan.ts';
import type { Mode } from '../../src/domain/words.ts';

export const now = '2026-03-01T02:30:00.000Z';

export const setOf = (target: string, more: Partial<SetFacts> = {}): SetFacts => ({
  id: '20260301T020000Z-3f9a1c',
  target,
  digest: '5e'.repeat(32),
  consistency: { kind: 'point-in-time', at: '2026-03-01T02:00:00.000Z' },
  bytes: 3_214_000_000,
  objects: 12,
  rows: 1_204_331,
  batches: { schema: 1, data: 11, index: 4, finish: 1 },
  ...more,
});

/** A target with everything an estate may give it. */
export const targetOf = (id: string, more: Partial<TargetFacts> = {}): TargetFacts => {
  const madePlace = (role: 'beside' | 'scratch') =>
    ({
      id: `${id}/${role}-77aa01`,
      target: id,
      kind: 'postgres',
      role,
      provider: 'database',
      server: role === 'beside' ? 'env:BESIDE_URL' : 'env:SCRATCH_URL',
      database: `dr_${id.replaceAll('-', '_')}_77aa01`,
    }) as const;
  return {
    id,
    kind: 'postgres',
    objective: { rtoSeconds: 14_400, rpoSeconds: 3600 },
    bound: {
      place: {
        id: `${id}/primary`,
        target: id,
        kind: 'postgres',
        role: 'primary',
        provider: 'existing',
        url: 'env:ORDERS_DB_URL',
      },
      epoch: 1,
    },
    beside: madePlace('beside'),
    scratch: madePlace('scratch'),
    nextSet: '20260301T023000Z-b2c3d4',
    set: setOf(id),
    older: null,
    services: [{ id: 'shop-api', greens: 3, every: '1s' }],
    checks: 0,
    switches: ['DATABASE_URL in ./shop.env'],
    ...more,
  };
};

export const factsOf = (mode: Mode, targets: readonly TargetFacts[], more: Partial<Facts> = {}): Facts => ({
  run: 'restoreStore/orders-db/INC-4211',
  mode,
  now,
  targets: Object.fromEntries(targets.map((target) => [target.id, target])),
  hooks: {},
  risk: {},
  ...more,
});

export const inputOf = (mode: Mode, more: Partial<RunInput> = {}): RunInput => ({ mode, set: 'latest', ...more });

/** A plan as it is frozen, with digests that stand for the real ones. */
export const planOf = (runbook: Runbook, facts: Facts, input: RunInput): Plan => {
  const phases = expandRunbook(runbook, facts, input);
  const targets = Object.values(facts.targets);
  return {
    runbook: runbook.name,
    says: runbook.says,
    run: facts.run,
    mode: facts.mode,
    digest: 'd1'.repeat(32),
    estate: 'e5'.repeat(32),
    madeAt: facts.now,
    starter: { person: 'ana', proven: true },
    targets: targets.map(({ id }) => id),
    region: 'eu-west',
    objective: targets[0]?.objective ?? { rtoSeconds: null, rpoSeconds: null },
    locks: locksOf(phases.flatMap(({ steps }) => steps)),
    sets: targets.flatMap(({ set }) => set ?? []),
    phases,
    input,
    notDone: listNotDone(facts, phases),
    versions: {},
  };
};
