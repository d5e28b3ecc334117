import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import { worldOf } from './fakes.ts';
import { leaseStep, phase, planOf } from './plans.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

test('walks phases one after the other, run before verify, and answers with the outcome', async () => {
  const world = worldOf(planOf([phase('one', leaseStep('a')), phase('two', leaseStep('b'))]));
  const run = await engine.run(world);
  const result = await run.result();
  expect(result).toMatchObject({ outcome: 'succeeded', report: [expect.stringContaining('report.json')] });
  expect(world.calls).toEqual(['freezePlan ', 'holdSet a', 'checkSet a', 'holdSet b', 'checkSet b', 'writeReport ']);
});
