import { describe, expect, test } from 'vitest';
import { restoreStore } from '../../runbooks/restore-store.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { Facts, Phase, RunInput, Step } from '../../src/domain/plan.ts';
import { renderPlan } from '../../src/domain/render-plan.ts';
import { doStep } from '../domain/phases.ts';
import { factsOf, inputOf, planOf, setOf, targetOf } from './facts.ts';

const live = (more: Partial<Facts> = {}, input: Partial<RunInput> = {}) =>
  planOf(
    restoreStore,
    factsOf('live', [targetOf('orders-db')], more),
    inputOf('live', { target: 'orders-db', ...input }),
  );
const idsOf = (phases: readonly Phase[]): string[][] =>
  phases.map(({ id, steps }) => [id, ...steps.map((step) => step.id)]);
const stepOf = (phases: readonly Phase[], id: string): Step =>
  phases.flatMap(({ steps }) => steps).find((step) => step.id === id)!;

const refusal = (facts: Facts, input: RunInput): DrError => {
  try {
    restoreStore.phases(facts, input);
  } catch (error) {
    if (error instanceof DrError) return error;
  }
  throw new Error('it was not refused');
};

describe('restoring a store for real', () => {
  test('restores beside and proves it, then asks, fences, switches, probes and measures, in this order', () => {
    expect(idsOf(live().phases)).toEqual([
      ['prepare', 'ready', 'hold-set'],
      ['restore', 'provide', 'begin', 'schema', 'data', 'index', 'finish', 'compare', 'end'],
      ['cut-over', 'approve-switch', 'fence', 'switch', 'healthy-shop-api', 'measure-loss'],
      ['close', 'release-set'],
    ]);
  });

  test('lets each stage and each move wait for the one before', () => {
    const { phases } = live();
    const after = (id: string) => stepOf(phases, id).after;
    expect(['schema', 'data', 'index', 'finish', 'compare', 'end'].map(after)).toEqual([
      ['begin'],
      ['schema'],
      ['data'],
      ['index'],
      ['finish'],
      ['compare'],
    ]);
    expect(['fence', 'switch', 'healthy-shop-api', 'measure-loss'].map(after)).toEqual([
      ['approve-switch'],
      ['fence'],
      ['switch'],
      ['healthy-shop-api'],
    ]);
  });

  test('switches under the next epoch, and back under the one after it', () => {
    const step = stepOf(live().phases, 'switch');
    expect(step).toMatchObject({
      run: { with: { from: { id: 'orders-db/primary' }, to: { id: 'orders-db/beside-77aa01' }, epoch: 1 } },
      verify: { with: { to: { id: 'orders-db/beside-77aa01' }, epoch: 2 } },
      undo: { with: { from: { id: 'orders-db/beside-77aa01' }, to: { id: 'orders-db/primary' }, epoch: 2 } },
    });
  });

  test('asks one person, or as many as the estate wants', () => {
    expect(stepOf(live().phases, 'approve-switch')).toMatchObject({ kind: 'gate', risk: 'disruptive' });
    for (const id of ['approve-switch', 'switch', 'fence']) {
      const raised = live({ risk: { [id]: 'destructive' } }).phases;
      expect(stepOf(raised, 'approve-switch')).toMatchObject({ risk: 'destructive' });
      expect(raised.flatMap(({ steps }) => steps).filter(({ kind }) => kind === 'gate')).toHaveLength(1);
    }
  });

  test('lets two people declare the old place lost; nothing else that guards data can be skipped', () => {
    const skippable = live()
      .phases.flatMap(({ steps }) => steps)
      .flatMap((step) => (step.kind === 'do' && step.skippable ? [[step.id, step.skippable.risk]] : []));
    expect(skippable).toEqual([
      ['fence', 'destructive'],
      ['measure-loss', 'safe'],
    ]);
  });

  test('probes every service of the target as often as the estate says', () => {
    const services = [
      { id: 'shop-api', greens: 3, every: '1s' },
      { id: 'billing', greens: 5, every: '2s' },
    ];
    const facts = factsOf('live', [targetOf('orders-db', { services })]);
    const { phases } = planOf(restoreStore, facts, inputOf('live', { target: 'orders-db' }));
    expect(stepOf(phases, 'healthy-billing')).toMatchObject({ greens: 5, every: '2s', after: ['switch'] });
    expect(stepOf(phases, 'measure-loss').after).toEqual(['healthy-shop-api', 'healthy-billing']);
  });

  test('says what it will not do, so that nobody expects it', () => {
    const bare = factsOf('live', [targetOf('orders-db', { services: [], switches: [] })]);
    const plan = planOf(restoreStore, bare, inputOf('live', { target: 'orders-db' }));
    expect(stepOf(plan.phases, 'measure-loss').after).toEqual(['switch']);
    expect(plan.notDone).toEqual([
      'orders-db/primary is not discarded: it stays, fenced, until people no longer need it',
      'what was written at orders-db/primary after the set is not carried over: it stays there',
      'users of orders-db are led nowhere: the estate names no switch, only the binding moves',
      'health of orders-db is not measured, nor its RTO: the estate names no service for it',
    ]);
  });

  test('runs the steps of the estate around the restore and after the switch', () => {
    const hooks = {
      beforeRestore: [doStep('warn-partners')],
      afterRestore: [doStep('replay-erasures')],
      afterSwitch: [doStep('purge-caches')],
    };
    expect(idsOf(live({ hooks }).phases).map(([phase, ...steps]) => [phase, steps[0]])).toEqual([
      ['prepare', 'ready'],
      ['before-restore', 'warn-partners'],
      ['restore', 'provide'],
      ['after-restore', 'replay-erasures'],
      ['cut-over', 'approve-switch'],
      ['after-switch', 'purge-caches'],
      ['close', 'release-set'],
    ]);
  });

  test('refuses a hook whose step is already in the plan', () => {
    expect(() => live({ hooks: { afterRestore: [doStep('switch')] } })).toThrow('step id switch is used twice');
  });

  test('reads aloud as one page', async () => {
    await expect(renderPlan(live())).toMatchFileSnapshot('golden/restore-store-live.txt');
  });
});

describe('planning it', () => {
  test('shows the very steps of a live run', () => {
    const facts = factsOf('plan', [targetOf('orders-db')]);
    expect(planOf(restoreStore, facts, inputOf('plan', { target: 'orders-db' })).phases).toEqual(live().phases);
  });
});

describe('what it refuses', () => {
  const target = (more: Parameters<typeof targetOf>[1]) => factsOf('live', [targetOf('orders-db', more)]);

  test('no target: it lists them', () => {
    const facts = factsOf('live', [targetOf('users-db'), targetOf('orders-db')]);
    const error = refusal(facts, inputOf('live'));
    expect(error.kind).toBe('bad-input');
    expect(error.message).toBe('restoreStore needs a target; targets: orders-db, users-db');
    expect(error.hint).toBe('type {"target":"orders-db"}');
  });

  test('a target the facts do not have', () => {
    const error = refusal(factsOf('live', [targetOf('orders-db')]), inputOf('live', { target: 'order-db' }));
    expect(error.kind).toBe('unknown-name');
    expect(error.message).toContain('targets: orders-db');
  });

  test('a target without a set: it says how to get one', () => {
    const error = refusal(target({ set: null }), inputOf('live', { target: 'orders-db' }));
    expect(error.kind).toBe('no-match');
    expect(error.hint).toContain('run backupEstate with {"target":"orders-db","mode":"live"}');
    const earlier = inputOf('live', { target: 'orders-db', at: '2026-01-01T00:00:00.000Z' });
    expect(refusal(target({ set: null }), earlier).message).toContain('at or before 2026-01-01');
  });

  test('a live restore without a server beside, and a drill without a scratch server: it says what to add', () => {
    const beside = refusal(target({ beside: null }), inputOf('live', { target: 'orders-db' }));
    expect(beside.kind).toBe('bad-input');
    expect(beside.hint).toContain('targets.orders-db.besideServer: env:NAME');
    const facts = factsOf('drill', [targetOf('orders-db', { scratch: null })]);
    const scratch = refusal(facts, inputOf('drill', { target: 'orders-db' }));
    expect(scratch.kind).toBe('bad-input');
    expect(scratch.hint).toContain('targets.orders-db.scratchServer: env:NAME');
  });

  test('each only for what it needs: a drill without a server beside, a live restore without a scratch server', () => {
    const facts = factsOf('drill', [targetOf('orders-db', { beside: null })]);
    expect(restoreStore.phases(facts, inputOf('drill', { target: 'orders-db' }))).not.toHaveLength(0);
    expect(restoreStore.phases(target({ scratch: null }), inputOf('live', { target: 'orders-db' }))).not.toHaveLength(
      0,
    );
  });
});

describe('a fuzzy set', () => {
  test('is said to be one wherever it is named', () => {
    const from = '2026-03-01T02:00:00.000Z';
    const to = '2026-03-01T02:10:00.000Z';
    const set = setOf('orders-db', { consistency: { kind: 'fuzzy', from, to } });
    const facts = factsOf('live', [targetOf('orders-db', { set })]);
    const text = renderPlan(planOf(restoreStore, facts, inputOf('live', { target: 'orders-db' })));
    expect(text).toContain(`as it was between ${from} and ${to}`);
    expect(text).toContain(`fuzzy, between ${from} and ${to}`);
  });
});
