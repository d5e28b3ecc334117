import { afterAll, beforeAll, expect, test } from 'vitest';
import { readResult, readStatus, sendMessage, startRun } from '../../src/temporal/runs.ts';
import type { Engine } from '../workflows/engine.ts';
import { startEngine } from '../workflows/engine.ts';
import { error, latch, register, worldOf } from '../workflows/fakes.ts';
import { leaseStep, phase, planOf } from '../workflows/plans.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ isSkipping: false });
});
afterAll(() => engine[Symbol.asyncDispose]());

const input = { target: 'db', mode: 'live', incident: 'INC-1' } as const;

test('starts a run under its own id, reads it, and refuses a second one while the first is open', async () => {
  const { client } = engine.env;
  const inside = latch();
  const id = 'restoreStore/db/INC-1';
  register(id, worldOf(planOf([phase('one', leaseStep('a'))]), [{ verb: 'holdSet', waits: inside }]));
  const run = await startRun(client, 'restoreStore', input);
  expect(run.workflowId).toBe(id);
  await inside.entered;
  await expect(startRun(client, 'restoreStore', input)).rejects.toMatchObject({ kind: 'already-exists' });
  expect(await readStatus(client, id)).toMatchObject({ state: 'running', runbook: 'restoreStore', mode: 'live' });
  expect(await sendMessage(client, id, 'note', { says: 'hello' })).toBe('hello');
  await expect(sendMessage(client, id, 'approve', {})).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('no gate waits'),
    hint: 'nothing was changed',
  });
  inside.release();
  expect(await readResult(client, id)).toMatchObject({ outcome: 'succeeded' });
});

test('a failed run is thrown under the kind it failed with', async () => {
  const { client } = engine.env;
  const world = worldOf(planOf([]), [{ verb: 'freezePlan', error: error('unknown-name', 'no target "dbb"') }]);
  register('fails', world);
  await startRun(client, 'restoreStore', input, 'fails');
  await expect(readResult(client, 'fails')).rejects.toMatchObject({
    kind: 'unknown-name',
    message: 'no target "dbb"',
    hint: 'do something',
  });
});

test('a run that is not there, or was ended from outside, is said', async () => {
  const { client } = engine.env;
  await expect(readStatus(client, 'nobody')).rejects.toMatchObject({ kind: 'missing' });
  await expect(sendMessage(client, 'nobody', 'hold', {})).rejects.toMatchObject({ kind: 'missing' });
  const inside = latch();
  register('ended', worldOf(planOf([phase('one', leaseStep('a'))]), [{ verb: 'holdSet', waits: inside }]));
  const run = await startRun(client, 'restoreStore', input, 'ended');
  await inside.entered;
  await run.terminate('by hand');
  await expect(readResult(client, 'ended')).rejects.toMatchObject({ kind: 'interrupted' });
  inside.release();
});
