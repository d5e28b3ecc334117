import { afterAll, beforeAll, expect, test } from 'vitest';
import { unitsIdOf } from '../../src/domain/ids.ts';
import { recover, worldFor } from '../histories/scenarios.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ isSkipping: false });
});
afterAll(() => engine[Symbol.asyncDispose]());

const eventsOf = async (id: string, runId?: string) => {
  const { events } = await engine.env.client.workflow.getHandle(id, runId).fetchHistory();
  return events ?? [];
};

test('recovering 100 GB keeps the history of the run and of its children small', async () => {
  const batches = { schema: 1, data: 334, index: 60, finish: 1 };
  const world = worldFor('restoreStore', 'live', { bytes: 100_000_000_000, batches });
  const run = await recover(engine, world, `large-${process.pid}`);
  const applied = [...world.places.values()].flatMap((place) => place.ledger);
  expect(new Set(applied).size).toBe(396);
  expect(applied).toHaveLength(396);

  const history = await eventsOf(run.id);
  const signals = history.filter((event) => event.workflowExecutionSignaledEventAttributes);
  const last = await eventsOf(unitsIdOf(run.id, 'data'));
  const first = await eventsOf(
    unitsIdOf(run.id, 'data'),
    last[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId ?? '',
  );
  console.info(`100 GB: ${history.length} events in the run, ${first.length} and ${last.length} in its largest child`);
  expect(history.length).toBeLessThanOrEqual(2000);
  expect(signals.length).toBeLessThanOrEqual(4 * 20);
  expect(last[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toBeTruthy();
  expect(first.length).toBeLessThanOrEqual(3000);
});
