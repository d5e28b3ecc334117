import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { worldFor } from '../histories/scenarios.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import { error, stateOf } from './fakes.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

const small = { batches: { schema: 1, data: 1, index: 1, finish: 1 } };
// Without applyUnits: after a child has failed, this server skips no time any more.
const verbs = ['checkReady', 'holdSet', 'providePlace', 'checkPlace', 'beginRestore', 'checkStage'];

test('a drill that fails anywhere for good, with nobody there, leaves the world as it was', async () => {
  const any = fc.constantFrom(...verbs, 'comparePlace', 'endRestore', 'measureLoss');
  await fc.assert(
    fc.asyncProperty(any, fc.nat({ max: 3 }), async (verb, after) => {
      const world = worldFor('runDrill', 'drill', small, [{ verb, after, error: error('damaged', 'for good') }]);
      world.plan = { ...world.plan, starter: { person: null, proven: false } };
      const before = stateOf(world);
      const run = await engine.run(world, { runbook: 'runDrill' });
      await run.result().catch(() => {});
      expect(stateOf(world)).toEqual(before);
      expect(world.reports).toHaveLength(1);
    }),
    { numRuns: 40 },
  );
});
