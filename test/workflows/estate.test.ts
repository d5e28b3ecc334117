// What befalls one target of a run about several.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { estateFor } from '../histories/scenarios.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import { error, latch, stateOf } from './fakes.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ isSkipping: false });
});
afterAll(() => engine[Symbol.asyncDispose]());

const start = (world: ReturnType<typeof estateFor>) => engine.run(world, { runbook: 'restoreEstate' });
const at = (calls: readonly string[], call: string): number => calls.indexOf(call);

describe('a run about several targets', () => {
  test('restores one while another still loads, and moves nobody while one is not equal', async () => {
    const loading = latch();
    const world = estateFor('restoreEstate', 'live', [
      { verb: 'applyUnits', step: 'data-docs', times: 1, waits: loading },
      { verb: 'comparePlace', step: 'compare-docs', times: 1, error: error('not-equal', 'one row is missing') },
    ]);
    const run = await start(world);
    await loading.entered;
    await run.until(({ steps }) => steps.find(({ id }) => id === 'end-orders-db')?.state === 'done');
    loading.release();
    await run.until(({ state }) => state === 'asking');
    expect(world.calls.filter((call) => /^(fencePlace|switchTarget|runChecks)/.test(call))).toEqual([]);
    await run.send('retryStep');
    await run.until(({ state }) => state === 'approving');
    await run.send('approve', { code: '222222' });
    expect((await run.result()).outcome).toBe('succeeded');
    const { calls } = world;
    for (const target of ['orders-db', 'docs']) {
      for (const fenced of ['orders-db', 'docs']) {
        expect(at(calls, `switchTarget switch-${target}`)).toBeGreaterThan(at(calls, `fencePlace fence-${fenced}`));
      }
    }
  });

  test('aborted at one target takes everything back at all of them', async () => {
    const inside = latch();
    const world = estateFor('restoreEstate', 'live', [
      { verb: 'switchTarget', step: 'switch-docs', times: 1, waits: inside },
    ]);
    const before = stateOf(world);
    const run = await start(world);
    await run.until(({ state }) => state === 'approving');
    await run.send('approve', { code: '222222' });
    await inside.entered;
    await run.until(({ steps }) => steps.find(({ id }) => id === 'switch-orders-db')?.state === 'done');
    await run.send('abort', { why: 'wrong set' });
    expect((await run.result()).outcome).toBe('aborted');
    expect(stateOf(world)).toEqual(before);
  });

  test('aborted when users of one may have written leaves that one, and takes the others back', async () => {
    const world = estateFor('restoreEstate', 'live', [
      { verb: 'switchTarget', step: 'switch-docs', error: error('refused', 'the switch is locked') },
    ]);
    // The shop stands on orders-db alone.
    const phases = world.plan.phases.map((phase) => ({
      ...phase,
      steps: phase.steps.map((step) =>
        step.id === 'healthy-shop-api' ? { ...step, after: ['switch-orders-db'] } : step,
      ),
    }));
    world.plan = { ...world.plan, phases };
    const run = await start(world);
    await run.until(({ state }) => state === 'approving');
    await run.send('approve', { code: '222222' });
    await run.until(({ state, stamps }) => state === 'asking' && stamps.healthy !== undefined);
    await run.send('abort', { why: 'docs stay where they are' });
    expect((await run.result()).outcome).toBe('aborted');
    expect(world.bound.place).toBe('orders-db/beside-77aa01');
    expect(world.places.get('orders-db/primary')?.isFenced).toBe(true);
    expect([...world.others]).toEqual([['docs', 'docs/primary']]);
    expect(world.places.get('docs/primary')?.isFenced).toBe(false);
    expect(world.places.has('docs/beside-77aa01')).toBe(false);
    const said = world.reports[0]?.findings.map(({ says }) => says).join('\n') ?? '';
    expect(said).toMatch(/switch-orders-db was not undone: users may have written since/);
    expect(said).not.toMatch(/step \S+-docs was not undone/);
  });
});
