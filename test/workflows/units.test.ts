import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import { error, worldOf } from './fakes.ts';
import { phase, planOf, provideStep, unitsStep } from './plans.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ isSkipping: false });
});
afterAll(() => engine[Symbol.asyncDispose]());

test('applies every batch once, a few at a time, and sums what was found', async () => {
  const steps = [provideStep('beside'), unitsStep('data', 20, { after: ['beside'] })];
  const world = worldOf(planOf([phase('one', ...steps)]));
  const run = await engine.run(world);
  await run.result();
  expect(world.places.get('db/beside')?.ledger).toHaveLength(20);
  expect(world.mostInFlight).toBeGreaterThan(1);
  expect(world.mostInFlight).toBeLessThanOrEqual(6);
  expect(world.reports[0]?.steps[1]).toMatchObject({
    state: 'done',
    percent: 100,
    fact: { applied: 20, skipped: 0, rows: 20_000, bytes: 6_000_000_000 },
  });
});

test('a batch that cannot be applied stops the others and asks; a retry finds what is there', async () => {
  const steps = [provideStep('beside'), unitsStep('data', 12, { after: ['beside'] })];
  const world = worldOf(planOf([phase('one', ...steps)]), [
    { verb: 'applyUnits', after: 5, times: 1, error: error('damaged', 'chunk 5 was swapped') },
  ]);
  const run = await engine.run(world);
  expect((await run.until(({ state }) => state === 'asking')).next).toContain('chunk 5 was swapped');
  await run.send('retryStep');
  expect((await run.result()).outcome).toBe('succeeded');
  expect(world.places.get('db/beside')?.ledger.toSorted()).toEqual(
    Array.from({ length: 12 }, (_, batch) => `data/${batch}`).toSorted(),
  );
  expect(world.reports[0]?.steps[1]?.fact?.skipped).toBeGreaterThan(0);
});
