// Rows C3 D5 of docs/coverage.md.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CheckRow, refuseRed } from '../../src/domain/checks.ts';
import { worldFor } from '../histories/scenarios.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import type { Fault } from './fakes.ts';
import { stateOf } from './fakes.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ isSkipping: false });
});
afterAll(() => engine[Symbol.asyncDispose]());

const row: CheckRow = {
  check: 'orphans',
  says: 'every line has its order',
  state: 'red',
  expected: '0 orphans',
  found: '3 orphans',
};
const red = (): Fault[] => [{ verb: 'runChecks', error: refuseRed([row])! }];
const small = { batches: { schema: 1, data: 1, index: 1, finish: 1 } };
const touchesUsers = /^(fencePlace|switchTarget|probeService) /;

test('a red check stops a recovery before anybody is asked to switch, and nobody can skip it', async () => {
  const world = worldFor('recoverPostgresCorruption', 'live', small, red());
  const before = stateOf(world);
  const run = await engine.run(world);
  const status = await run.until(({ state }) => state === 'asking');
  expect(status.next).toContain('every line has its order: expected 0 orphans, found 3 orphans');
  expect(status.steps.find(({ id }) => id === 'checks')?.evidence).toEqual({ checks: [row] });
  await expect(run.send('skipStep', { why: 'they are few' })).rejects.toThrow('going on without "checks" is not safe');
  await expect(run.send('approve', { code: '222222' })).rejects.toThrow();
  await run.send('abort', { why: 'another set' });
  expect((await run.result()).outcome).toBe('aborted');
  expect(world.calls.filter((call) => touchesUsers.test(call))).toEqual([]);
  expect(stateOf(world)).toEqual(before);
  expect(world.reports[0]?.steps.find(({ id }) => id === 'checks')?.evidence).toEqual({ checks: [row] });
});

test('a red check keeps a drill from counting, whatever is done about it', async () => {
  const world = worldFor('recoverPostgresCorruption', 'drill', small, red());
  const before = stateOf(world);
  const run = await engine.run(world);
  await run.until(({ state }) => state === 'asking');
  await run.send('retryStep');
  await run.until(({ state, steps }) => state === 'asking' && steps.some(({ attempts }) => attempts === 2));
  await run.send('abort', { why: 'seen' });
  expect((await run.result()).outcome).toBe('aborted');
  expect(stateOf(world)).toEqual(before);
});
