import { describe, expect, test } from 'vitest';
import { locksOf, placesChanged } from '../../src/domain/effects.ts';
import type { Step } from '../../src/domain/plan.ts';
import type { PlaceSpec } from '../../src/domain/words.ts';

const place = (id: string): PlaceSpec => ({
  id: `orders-db/${id}`,
  target: 'orders-db',
  kind: 'memory',
  role: 'beside',
  provider: 'database',
  server: 'env:SERVER',
  database: id,
});
const site = (id: string) => ({ place: place(id), epoch: 1 });
const irreversible = { irreversible: 'it only reads' };

const steps: Step[] = [
  {
    kind: 'do',
    id: 'compare',
    says: 'Compare',
    run: { verb: 'comparePlace', with: { site: site('read'), set: 's' } },
    verify: { verb: 'checkPlace', with: { site: site('read') } },
    undo: irreversible,
  },
  {
    kind: 'do',
    id: 'snapshot',
    says: 'Back up',
    run: { verb: 'takeSnapshot', with: { site: site('source'), set: 's' } },
    verify: { verb: 'checkSet', with: { target: 'orders-db', set: 's' } },
    undo: irreversible,
  },
  {
    kind: 'do',
    id: 'switch',
    says: 'Switch',
    run: { verb: 'switchTarget', with: { target: 'orders-db', from: place('old'), to: place('new'), epoch: 1 } },
    verify: { verb: 'checkSwitched', with: { target: 'orders-db', to: place('new'), epoch: 2 } },
    undo: { verb: 'unfencePlace', with: { site: site('undone') } },
  },
  {
    kind: 'units',
    id: 'data',
    says: 'Load',
    site: site('new'),
    set: 's',
    stage: 'data',
    batches: 4,
    verify: { verb: 'checkStage', with: { site: site('new'), set: 's', stage: 'data' } },
    undo: { verb: 'discardPlace', with: { site: site('new') } },
  },
];

describe('locks of a plan', () => {
  test('are every place that steps or their undo write to, sorted, each once', () => {
    expect(locksOf(steps)).toEqual(['orders-db/new', 'orders-db/old', 'orders-db/undone']);
  });

  test('leave out what is only read: a backup blocks no recovery', () => {
    expect(locksOf(steps.slice(0, 2))).toEqual([]);
  });
});

test('a switch changes both places', () => {
  const move = steps[2]!;
  expect(placesChanged(move.kind === 'do' ? move.run : expect.fail()).map(({ id }) => id)).toEqual([
    'orders-db/old',
    'orders-db/new',
  ]);
});
