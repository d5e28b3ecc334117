import { expect, it } from 'vitest';
import { restoreEstate } from '../../runbooks/restore-estate.ts';
import { restoreStore } from '../../runbooks/restore-store.ts';
import { sayStatus } from '../../src/cli/runs/say-status.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Status } from '../../src/domain/run.ts';
import { factsOf, inputOf, planOf, targetOf } from '../runbooks/facts.ts';

const statusOf = (plan: Plan, states: Readonly<Record<string, Status['steps'][number]['state']>>): Status => ({
  runbook: plan.runbook,
  mode: plan.mode,
  plan,
  state: 'running',
  outcome: null,
  next: '',
  lastMessage: '',
  startedAt: plan.madeAt,
  stamps: {},
  steps: plan.phases.flatMap((phase) =>
    phase.steps.map(({ id, kind, says }) => ({
      id,
      phase: phase.id,
      kind,
      says,
      attempts: 0,
      state: states[id] ?? 'waiting',
    })),
  ),
  decisions: [],
  waits: [],
  notes: [],
  findings: [],
});

it('says where each of several targets stands', () => {
  const facts = factsOf('live', [targetOf('orders-db'), targetOf('docs')]);
  const status = statusOf(planOf(restoreEstate, facts, inputOf('live')), {
    'ready-docs': 'done',
    'hold-set-docs': 'done',
    'ready-orders-db': 'done',
    'data-docs': 'running',
    'compare-orders-db': 'asking',
  });
  const text = sayStatus('restoreEstate/estate/INC-7', status);
  expect(text).toMatch(/\| docs +\| 2 of 14 +\| data-docs +\|/);
  expect(text).toMatch(/\| orders-db +\| 1 of 14 +\| compare-orders-db \(asking\) +\|/);
});

it('says nothing of the kind about one target', () => {
  const plan = planOf(restoreStore, factsOf('live', [targetOf('orders-db')]), inputOf('live', { target: 'orders-db' }));
  expect(sayStatus('restoreStore/orders-db/INC-7', statusOf(plan, {}))).not.toContain('| target');
});
