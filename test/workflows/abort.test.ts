import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DoStep, Phase } from '../../src/domain/plan.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import { error, latch, stateOf, worldOf } from './fakes.ts';
import { fenceStep, leaseStep, phase, planOf, provideStep, siteOf, switchStep, unitsStep, watchStep } from './plans.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ isSkipping: false });
});
afterAll(() => engine[Symbol.asyncDispose]());

/** A recovery in small: make, restore, fence, switch, probe. */
const recovery = (): Phase[] => [
  phase('prepare', leaseStep('lease')),
  phase('restore', provideStep('beside'), unitsStep('data', 3, { after: ['beside'] })),
  phase('cut-over', fenceStep('primary'), switchStep('primary', 'beside', 1, { after: ['fence-primary'] })),
];

const undosOf = (calls: readonly string[], from: number): string[] =>
  calls.slice(from).filter((call) => /^(releaseSet|discardPlace|unfencePlace|switchTarget)/.test(call));

describe('abort', () => {
  test.each([
    ['lease', ['releaseSet lease']],
    ['beside', ['discardPlace beside', 'releaseSet lease']],
    ['data', ['discardPlace beside', 'releaseSet lease']],
    ['fence-primary', ['unfencePlace fence-primary', 'discardPlace beside', 'releaseSet lease']],
    [
      'switch-beside',
      ['switchTarget switch-beside', 'unfencePlace fence-primary', 'discardPlace beside', 'releaseSet lease'],
    ],
  ])(
    'in the middle of step %s undoes last first, what had begun included, and the world is as before',
    async (step, undos) => {
      const verbs = { lease: 'holdSet', beside: 'providePlace', data: 'applyUnits', 'fence-primary': 'fencePlace' };
      const inside = latch();
      const verb = verbs[step as keyof typeof verbs] ?? 'switchTarget';
      const world = worldOf(planOf(recovery()), [{ verb, times: 1, waits: inside }]);
      const before = stateOf(world);
      const run = await engine.run(world);
      await inside.entered;
      const begun = world.calls.length;
      expect(await run.send('abort', { why: 'wrong set' })).toContain('last step first');
      expect(await run.result()).toMatchObject({
        outcome: 'aborted',
        says: expect.stringMatching(/^aborted \(wrong set\)(?!.*wrong set)/),
      });
      expect(undosOf(world.calls, begun)).toEqual(undos);
      expect(stateOf(world)).toEqual(before);
      const [record] = world.reports;
      expect(record?.outcome).toBe('aborted');
      expect(record?.steps.at(-1)?.state).toMatch(step === 'switch-beside' ? 'undone' : 'not-executed');
    },
  );

  test('cancelling in Temporal means abort: undone, reported, and completed with the outcome', async () => {
    const inside = latch();
    const world = worldOf(planOf(recovery()), [{ verb: 'fencePlace', waits: inside }]);
    const before = stateOf(world);
    const run = await engine.run(world);
    await inside.entered;
    await run.handle.cancel();
    expect(await run.result()).toMatchObject({
      outcome: 'aborted',
      says: expect.stringContaining('cancelled in Temporal'),
    });
    expect(stateOf(world)).toEqual(before);
    expect(world.reports).toHaveLength(1);
  });

  test('while the plan is being made leaves nothing', async () => {
    const inside = latch();
    const world = worldOf(planOf(recovery()), [{ verb: 'freezePlan', waits: inside }]);
    const run = await engine.run(world);
    await inside.entered;
    await run.send('abort', { why: 'wrong target' });
    expect(await run.result()).toMatchObject({ outcome: 'aborted', report: [] });
    expect(world.calls).toEqual(['freezePlan ']);
  });

  test('twice, or during the undo, is answered; the undo goes on', async () => {
    const undoing = latch();
    const inside = latch();
    const world = worldOf(planOf(recovery()), [
      { verb: 'fencePlace', waits: inside },
      { verb: 'discardPlace', waits: undoing },
    ]);
    const run = await engine.run(world);
    await inside.entered;
    await run.send('abort', { why: 'first' });
    await undoing.entered;
    await expect(run.send('abort', { why: 'second' })).rejects.toThrow('abort comes too late: the run is undoing');
    await expect(run.send('hold', {})).rejects.toThrow('too late');
    await run.handle.cancel();
    expect((await run.status()).state).toBe('undoing');
    undoing.release();
    expect(await run.result()).toMatchObject({ says: expect.stringContaining('aborted (first)') });
  });

  test('a failing undo is a finding, and the next ones follow', async () => {
    const inside = latch();
    const world = worldOf(planOf(recovery()), [
      { verb: 'fencePlace', waits: inside },
      { verb: 'discardPlace', error: error('no-permission', 'cannot drop database') },
    ]);
    const run = await engine.run(world);
    await inside.entered;
    await run.send('abort', { why: 'stop' });
    expect((await run.result()).outcome).toBe('aborted');
    expect(undosOf(world.calls, 0)).toEqual(['unfencePlace fence-primary', 'discardPlace beside', 'releaseSet lease']);
    expect(world.reports[0]?.findings).toMatchObject([
      { says: expect.stringMatching(/step beside could not be undone: cannot drop database/), isFailure: true },
    ]);
  });

  test('while on hold, and while a question is open', async () => {
    const world = worldOf(planOf(recovery()), [{ verb: 'checkFenced', error: error('not-proven') }]);
    const before = stateOf(world);
    const run = await engine.run(world);
    await run.until(({ state }) => state === 'asking');
    await run.send('hold', {});
    await run.send('abort', { why: 'stop' });
    await run.result();
    expect(stateOf(world)).toEqual(before);
    expect(world.reports[0]?.waits.every((wait) => wait.to !== null)).toBe(true);
  });
});

describe('after a switch', () => {
  const healthy = (): Phase[] => [
    ...recovery(),
    phase('prove', watchStep('shop', { greens: 1 })),
    phase(
      'after',
      leaseStep('later', {
        run: {
          verb: 'measureLoss',
          with: { target: 'db', site: siteOf('beside'), set: 's' },
        },
      }),
    ),
  ];

  test('before users could write, abort takes the switch back', async () => {
    const inside = latch();
    const world = worldOf(planOf(healthy()), [{ verb: 'probeService', waits: inside }]);
    const before = stateOf(world);
    const run = await engine.run(world);
    await inside.entered;
    expect(world.bound.place).toBe('db/beside');
    await run.send('abort', { why: 'stop' });
    await run.result();
    expect(stateOf(world)).toEqual(before);
  });

  test('after that, the place in service stays and a finding says why; what harms nobody is still given back', async () => {
    const inside = latch();
    const world = worldOf(planOf(healthy()), [{ verb: 'measureLoss', waits: inside }]);
    const run = await engine.run(world);
    await inside.entered;
    await run.send('abort', { why: 'stop' });
    expect((await run.result()).outcome).toBe('aborted');
    expect(world.bound.place).toBe('db/beside');
    expect(world.places.has('db/beside')).toBe(true);
    expect(world.places.get('db/primary')?.isFenced).toBe(true);
    expect(world.leases.size).toBe(0);
    expect(world.reports[0]?.findings.map((one) => one.says)).toEqual(
      ['switch-beside', 'fence-primary', 'beside'].map((step) =>
        expect.stringMatching(new RegExp(`step ${step} was not undone: users may have written since .* fail-back`)),
      ),
    );
  });
});

describe('any plan, aborted anywhere', () => {
  const step = (index: number): fc.Arbitrary<DoStep> =>
    fc.constantFrom(
      leaseStep(`lease-${index}`),
      provideStep(`place-${index}`),
      fenceStep('primary', { id: `fence-${index}` }),
    );
  const plan = fc
    .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })
    .chain((sizes) =>
      fc.tuple(...sizes.map((size, at) => fc.tuple(...Array.from({ length: size }, (_, n) => step(at * 3 + n))))),
    )
    .map((phases) => phases.map((steps, at) => phase(`phase-${at}`, ...steps)));

  test('leaves the world as it was', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(plan, fc.nat(), async (phases, where) => {
        const steps = phases.flatMap((one) => one.steps) as DoStep[];
        const at = steps[where % steps.length]!;
        const inside = latch();
        const atVerify = where % 2 === 1;
        const world = worldOf(planOf(phases), [
          { verb: (atVerify ? at.verify : at.run).verb, step: at.id, waits: inside },
        ]);
        const before = stateOf(world);
        const run = await engine.run(world);
        await inside.entered;
        await run.send('abort', { why: 'property' });
        expect((await run.result()).outcome).toBe('aborted');
        expect(stateOf(world)).toEqual(before);
        expect(world.reports[0]?.findings).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});
