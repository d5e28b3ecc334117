import { afterAll, beforeAll, expect, test } from 'vitest';
import { worldFor } from '../histories/scenarios.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import type { Latch, World } from './fakes.ts';
import { latch, stateOf } from './fakes.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ isSkipping: false });
});
afterAll(() => engine[Symbol.asyncDispose]());

const small = { batches: { schema: 1, data: 3, index: 2, finish: 1 } };
const verbs = ['checkReady', 'holdSet', 'providePlace', 'checkPlace', 'beginRestore', 'applyUnits', 'checkStage'];
const later = [
  'comparePlace',
  'endRestore',
  'fencePlace',
  'checkFenced',
  'switchTarget',
  'checkSwitched',
  'probeService',
];

/** A live recovery that stops in call number `at` of a verb. */
const stopIn = (verb: string, at: number): { world: World; inside: Latch } => {
  const inside = latch();
  return { world: worldFor('restoreStore', 'live', small, [{ verb, after: at, times: 1, waits: inside }]), inside };
};

/** Whether the call was ever made; then the run is aborted there. */
const abortIn = async (verb: string, at: number): Promise<boolean> => {
  const { world, inside } = stopIn(verb, at);
  const before = stateOf(world);
  const run = await engine.run(world);
  const approve = async (): Promise<'ended'> => {
    await run.until(({ state }) => state === 'approving');
    await run.send('approve', { code: '222222' });
    await run.result();
    return 'ended';
  };
  const [entered, ended] = [inside.entered.then(() => 'entered' as const), approve()];
  ended.catch(() => {});
  if ((await Promise.race([entered, ended])) === 'ended') return false;
  await run.send('abort', { why: `in ${verb} ${at}` });
  expect((await run.handle.result()).outcome).toBe('aborted');
  expect(stateOf(world), `${verb} ${at}`).toEqual(before);
  expect(world.reports).toHaveLength(1);
  return true;
};

test('a recovery that is aborted in any of its calls leaves the world as it was', async () => {
  let boundaries = 0;
  for (const verb of [...verbs, ...later]) {
    // From the first green probe on, users may have written: the place in service stays.
    const most = verb === 'probeService' ? 1 : verb === 'checkSwitched' ? 1 : Number.POSITIVE_INFINITY;
    for (let at = 0; at < most && (await abortIn(verb, at)); at += 1) boundaries += 1;
  }
  expect(boundaries).toBeGreaterThan(25);
});
