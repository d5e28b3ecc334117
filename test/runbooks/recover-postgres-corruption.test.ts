// Rows D5 of docs/coverage.md.
import { describe, expect, test } from 'vitest';
import { recoverPostgresCorruption } from '../../runbooks/recover-postgres-corruption.ts';
import { restoreStore } from '../../runbooks/restore-store.ts';
import { runDrill } from '../../runbooks/run-drill.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { Phase, Runbook, Step, TargetFacts } from '../../src/domain/plan.ts';
import { factsOf, inputOf, planOf, targetOf } from './facts.ts';

const plan = (mode: 'live' | 'drill', more: Partial<TargetFacts> = {}, runbook: Runbook = recoverPostgresCorruption) =>
  planOf(runbook, factsOf(mode, [targetOf('orders-db', more)]), inputOf(mode, { target: 'orders-db' })).phases;
const idsOf = (phases: readonly Phase[]): string[][] =>
  phases.map(({ id, steps }) => [id, ...steps.map((step) => step.id)]);
const stepOf = (phases: readonly Phase[], id: string): Step =>
  phases.flatMap(({ steps }) => steps).find((step) => step.id === id)!;

describe('recovering a corrupted PostgreSQL', () => {
  test('proves the set, restores it beside, proves and checks that, asks, fences, switches, probes, measures', () => {
    expect(idsOf(plan('live'))).toEqual([
      ['prepare', 'ready', 'hold-set', 'prove-set'],
      ['restore', 'provide', 'begin', 'schema', 'data', 'index', 'finish', 'compare', 'end'],
      ['check', 'checks'],
      ['cut-over', 'approve-switch', 'fence', 'switch', 'healthy-shop-api', 'measure-loss'],
      ['close', 'release-set'],
    ]);
  });

  test('drills all of that but what touches users, on a scratch place', () => {
    expect(idsOf(plan('drill'))).toEqual([
      ['prepare', 'ready', 'hold-set', 'prove-set'],
      ['restore', 'provide', 'begin', 'schema', 'data', 'index', 'finish', 'compare', 'end'],
      ['check', 'checks'],
      ['measure', 'measure-loss'],
      ['clean-up', 'discard', 'release-set'],
    ]);
  });

  test('reads the whole set before it makes anything, and names what is left were it damaged', () => {
    const step = stepOf(plan('live', { older: '20260301T010000Z-aaaaaa' }), 'prove-set');
    expect(step).toMatchObject({
      after: ['hold-set'],
      run: { verb: 'checkSet', with: { set: '20260301T020000Z-3f9a1c', older: '20260301T010000Z-aaaaaa' } },
    });
    expect(step.says).toContain('the next is 20260301T010000Z-aaaaaa');
    expect(stepOf(plan('live'), 'prove-set').says).toContain('there is no older one');
  });

  test('reads every page of what it made, whether or not the estate has checks', () => {
    expect(stepOf(plan('live'), 'checks')).toMatchObject({ run: { verb: 'runChecks', with: { integrity: true } } });
    expect(stepOf(plan('live', { checks: 3 }), 'checks').says).toContain(
      'run the 3 checks of the estate, and read every',
    );
  });

  test('refuses a target that is no PostgreSQL', () => {
    const facts = factsOf('live', [targetOf('orders-db', { kind: 'memory' })]);
    const refused = () => recoverPostgresCorruption.phases(facts, inputOf('live', { target: 'orders-db' }));
    expect(refused).toThrow(DrError);
    expect(refused).toThrow('orders-db is of kind memory');
  });
});

describe('the checks of an estate', () => {
  test.each([
    ['a restore', restoreStore, 'live', 'cut-over'],
    ['a rehearsed restore', restoreStore, 'drill', 'measure'],
    ['a drill', runDrill, 'drill', 'measure'],
  ] as const)(
    'run in %s after everything else is done to the data, and before users are moved',
    (_, runbook, mode, next) => {
      const ids = idsOf(plan(mode, { checks: 1 }, runbook)).map(([id]) => id);
      expect(ids.slice(0, 4)).toEqual(['prepare', 'restore', 'check', next]);
      expect(idsOf(plan(mode, {}, runbook)).map(([id]) => id)).not.toContain('check');
      const step = stepOf(plan(mode, { checks: 1 }, runbook), 'checks');
      expect(step).toMatchObject({ kind: 'do', verify: { verb: 'checkPlace' } });
      expect(step).not.toHaveProperty('skippable');
    },
  );
});
