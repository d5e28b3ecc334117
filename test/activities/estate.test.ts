// Runs about several targets, with the product's own activities in the place of an engine.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Plan, Step } from '../../src/domain/plan.ts';
import type { Call, Fact } from '../../src/domain/verbs.ts';
import type { Target } from '../../src/estate/estate.ts';
import { memoryServer } from '../../src/memory/server.ts';
import { type Bench, openBench, targetOf } from './bench.ts';

const at = '2026-01-31T14:00:00.000Z';

/** Orders, and mails that name them. */
const open = async (mails: readonly { id: number; order: number }[]): Promise<Bench> => {
  const url = `memory://mails-${randomUUID()}`;
  memoryServer.create(url);
  memoryServer.put(url, 'mails', [...mails]);
  const mailDb: Target = targetOf({
    id: 'mail-db',
    objective: { rtoSeconds: 60, rpoSeconds: null },
    primary: { ...targetOf().primary, id: 'mail-db/primary', target: 'mail-db', url: 'env:MAILS' },
    checks: [
      {
        kind: 'orphans',
        child: 'mails',
        columns: ['order'],
        parentTarget: 'orders-db',
        parent: 'orders',
        parentColumns: ['id'],
      },
    ],
  });
  return openBench({ targets: { 'mail-db': mailDb, 'orders-db': targetOf() } }, { MAILS: url });
};

const freeze = (bench: Bench, runbook: string, raw: object): Promise<Plan> =>
  bench.desk.freezePlan({ runbook, run: `${runbook}/estate/INC-1`, at, raw });

/** Walks a plan without gates, one step after the other. */
const walk = async (bench: Bench, plan: Plan): Promise<Map<string, Fact>> => {
  const facts = new Map<string, Fact>();
  const call = ({ verb, with: input }: Call, step: string): Promise<Fact> =>
    bench.call(verb, input as never, { run: plan.run, step, mode: plan.mode, estate: plan.estate });
  const done = async (step: Step): Promise<Fact> => {
    if (step.kind === 'gate') throw new Error('nobody is there');
    if (step.kind === 'watch') return call(step.check, step.id);
    const { id } = step;
    if (step.kind === 'do') {
      const fact = await call(step.run, id);
      await call(step.verify, id);
      return fact;
    }
    const { site, set, stage, batches } = step;
    for (let batch = 0; batch < batches; batch += 1)
      await call({ verb: 'applyUnits', with: { site, set, stage, batch, batches } }, id);
    return call(step.verify, id);
  };
  for (const step of plan.phases.flatMap((phase) => phase.steps)) facts.set(step.id, await done(step));
  return facts;
};

const backUp = async (bench: Bench): Promise<Map<string, Fact>> => {
  const plan = await freeze(bench, 'backupEstate', { mode: 'live' });
  const steps = plan.phases.flatMap((phase) => phase.steps);
  expect(steps.find(({ id }) => id === 'snapshot-orders-db')?.after).toContain('snapshot-mail-db');
  return walk(bench, plan);
};

describe('an estate of two stores', () => {
  test('is backed up, brought back on scratch places, checked across stores, and nothing is left', async () => {
    const bench = await open([{ id: 1, order: 7 }]);
    const taken = await backUp(bench);
    expect(taken.get('snapshot-mail-db')).toMatchObject({ rows: 1, shows: expect.anything() });
    expect(taken.get('snapshot-mail-db')?.storedBytes).toBeGreaterThan(0);

    // What comes back is checked against what comes back, not against what is in service.
    memoryServer.put(bench.primaryUrl, 'orders', []);
    const plan = await freeze(bench, 'restoreEstate', { mode: 'drill' });
    expect(plan.objectives).toEqual({
      'mail-db': { rtoSeconds: 60, rpoSeconds: null },
      'orders-db': { rtoSeconds: 3600, rpoSeconds: 600 },
    });
    expect(plan.objective).toEqual({ rtoSeconds: 60, rpoSeconds: 600 });
    const facts = await walk(bench, plan);
    expect(facts.get('checks-mail-db')?.checks).toMatchObject([{ check: 'orphans', state: 'green' }]);
    for (const target of ['mail-db', 'orders-db']) {
      expect(facts.get(`compare-${target}`)?.equality?.every(({ equal }) => equal)).toBe(true);
      expect(facts.get(`discard-${target}`)?.says).toContain('is gone');
    }
    expect(await bench.world.vault.places.leftovers(plan.run)).toEqual([]);
  });

  test('is red where a row that comes back names one that does not', async () => {
    const bench = await open([{ id: 1, order: 7_000 }]);
    await backUp(bench);
    const plan = await freeze(bench, 'restoreEstate', { mode: 'drill' });
    await expect(walk(bench, plan)).rejects.toMatchObject({ type: 'not-equal' });
  });

  test('is brought back in part when only some are named', async () => {
    const bench = await open([]);
    await backUp(bench);
    const plan = await freeze(bench, 'restoreEstate', { targets: ['mail-db'], mode: 'live' });
    expect(plan.targets).toEqual(['mail-db']);
    expect(plan.locks.every((place) => place.startsWith('mail-db/'))).toBe(true);
    expect(plan).not.toHaveProperty('objectives');
  });
});
