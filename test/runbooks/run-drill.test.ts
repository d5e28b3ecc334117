import { describe, expect, test } from 'vitest';
import { restoreStore } from '../../runbooks/restore-store.ts';
import { runDrill } from '../../runbooks/run-drill.ts';
import { renderPlan } from '../../src/domain/render-plan.ts';
import { factsOf, inputOf, planOf, targetOf } from './facts.ts';

const facts = factsOf('drill', [targetOf('orders-db')], { run: 'drill/runDrill/orders-db/2026-03-01' });
const input = inputOf('drill', { target: 'orders-db' });
const drill = planOf(runDrill, facts, input);

describe('a drill', () => {
  test('is the restore of restoreStore, then a look that nothing is left and nothing moved', () => {
    const restore = planOf(restoreStore, facts, input).phases;
    expect(drill.phases.slice(0, restore.length)).toEqual(restore);
    expect(drill.phases.slice(restore.length).map(({ id }) => id)).toEqual(['check-clean-up']);
  });

  test('locks its scratch place and nothing that is in service', () => {
    expect(drill.locks).toEqual(['orders-db/scratch-77aa01']);
  });

  test('ends at a red check instead of waiting for somebody', () => {
    const watches = drill.phases.flatMap(({ steps }) => steps).filter((step) => step.kind === 'watch');
    expect(watches.map(({ id, onRed }) => [id, onRed])).toEqual([
      ['ready', 'fail'],
      ['nothing-left', 'fail'],
      ['nothing-moved', 'fail'],
    ]);
  });

  test('looks for users where they were before it', () => {
    const last = drill.phases.at(-1)?.steps.at(-1);
    expect(last).toMatchObject({ check: { with: { to: { id: 'orders-db/primary' }, epoch: 1 } } });
  });

  test('can be planned, and cannot be live', () => {
    const planned = planOf(
      runDrill,
      factsOf('plan', [targetOf('orders-db')]),
      inputOf('plan', { target: 'orders-db' }),
    );
    expect(planned.phases).toEqual(drill.phases);
    const live = () =>
      runDrill.phases(factsOf('live', [targetOf('orders-db')]), inputOf('live', { target: 'orders-db' }));
    expect(live).toThrow('runDrill works on scratch places only and has no live mode; modes: plan, drill');
  });

  test('reads aloud as one page', async () => {
    await expect(renderPlan(drill)).toMatchFileSnapshot('golden/run-drill.txt');
  });
});
