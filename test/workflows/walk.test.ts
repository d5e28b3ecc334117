import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DrError } from '../../src/domain/errors.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import { error, latch, stateOf, worldOf } from './fakes.ts';
import {
  fenceStep,
  gateStep,
  leaseStep,
  phase,
  placeOf,
  planOf,
  provideStep,
  siteOf,
  switchStep,
  watchStep,
} from './plans.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

/** What a failed run says, and under which kind. */
const failureOf = async (ending: Promise<unknown>): Promise<ApplicationFailure> => {
  const thrown = await ending.then(
    () => null,
    (one: unknown) => one,
  );
  if (thrown instanceof WorkflowFailedError && thrown.cause instanceof ApplicationFailure) return thrown.cause;
  throw new Error(`expected a failed run, got ${String(thrown)}`);
};

describe('order', () => {
  test('phases follow each other, run comes before verify, the report is last', async () => {
    const world = worldOf(planOf([phase('one', leaseStep('a')), phase('two', leaseStep('b'))]));
    const run = await engine.run(world);
    const result = await run.result();
    expect(result).toMatchObject({ outcome: 'succeeded', report: [expect.stringContaining('report.json')] });
    expect(world.calls).toEqual(['freezePlan ', 'holdSet a', 'checkSet a', 'holdSet b', 'checkSet b', 'writeReport ']);
  });

  test('steps without `after` run at once; others wait for those they name, wherever these stand', async () => {
    const [a, b] = [latch(), latch()];
    const steps = [leaseStep('c', { after: ['a', 'b'] }), leaseStep('a'), leaseStep('b')];
    const world = worldOf(planOf([phase('one', ...steps)]), [
      { verb: 'holdSet', step: 'a', waits: a },
      { verb: 'holdSet', step: 'b', waits: b },
    ]);
    const run = await engine.run(world);
    await Promise.all([a.entered, b.entered]);
    a.release();
    await run.until((status) => status.steps.find((one) => one.id === 'a')?.state === 'done');
    expect(world.calls).not.toContain('holdSet c');
    b.release();
    await run.result();
    expect(world.calls.indexOf('holdSet c')).toBeGreaterThan(world.calls.indexOf('checkSet b'));
  });

  test('records what every step found, when, and after how many attempts', async () => {
    const world = worldOf(planOf([phase('one', leaseStep('a'))]), [
      { verb: 'holdSet', finds: { rows: 7, objects: 2 } },
    ]);
    const run = await engine.run(world);
    await run.result();
    const [record] = world.reports;
    expect(record?.steps).toMatchObject([
      {
        id: 'a',
        phase: 'one',
        state: 'done',
        attempts: 1,
        fact: { rows: 7, objects: 2 },
        verified: { says: 'checkSet done' },
      },
    ]);
    expect(record?.outcome).toBe('succeeded');
  });

  test('a plan that cannot be walked to its end is refused before its first step, with every fault', async () => {
    const steps = [
      leaseStep('a', { after: ['b'] }),
      leaseStep('b', { after: ['a'] }),
      leaseStep('c', { after: ['z'] }),
    ];
    const world = worldOf(planOf([phase('one', ...steps.slice(0, 2)), phase('two', steps[2]!)]));
    const run = await engine.run(world);
    const failure = await failureOf(run.result());
    expect(failure.type).toBe('refused');
    expect(failure.message).toMatch(/wait for each other: a, b.*waits for z/s);
    expect(world.calls).toEqual(['freezePlan ']);
  });
});

describe('input', () => {
  test.each([
    ['an empty object', [{}]],
    ['null', [null]],
    ['nothing', []],
    ['a list', [[1, 2]]],
    ['a text', ['db']],
    ['a number', [7]],
  ])('%s ends at once with a readable list of what is legal, and no stack', async (_, input) => {
    const world = worldOf(planOf([phase('one', leaseStep('a'))]));
    const run = await engine.run(world, { input });
    const failure = await failureOf(run.result());
    expect(failure.type).toBe('bad-input');
    expect(failure.message).toMatch(/target is missing.*targets: db, mail/s);
    expect(failure.stack ?? '').not.toMatch(/\.ts:/);
    expect(failure.details?.[0]).toMatchObject({ outcome: 'failed', verdicts: { rto: 'not measured' } });
    expect(world.calls).toEqual(['freezePlan ']);
  });

  test('an unknown workflow type says which there are', async () => {
    const run = await engine.run(worldOf(planOf([])), { runbook: 'restorStore' });
    const failure = await failureOf(run.result());
    expect(failure).toMatchObject({ type: 'unknown-name', nonRetryable: true });
    expect(failure.message).toContain(
      'no runbook restorStore; legal: backupEstate, recoverPostgresCorruption, restoreEstate, restoreStore',
    );
  });

  test.each(['holdPlace', 'restoreUnits'])('%s started by hand says that it is a part of runs', async (runbook) => {
    const run = await engine.run(worldOf(planOf([])), { runbook, input: [{}] });
    expect((await failureOf(run.result())).message).toContain(`${runbook} is a part of runs`);
  });

  test('an unreachable vault while planning is tried again, then asked about', async () => {
    const world = worldOf(planOf([phase('one', leaseStep('a'))]), [
      { verb: 'freezePlan', times: 9, error: error('unreachable', 'no vault') },
    ]);
    const run = await engine.run(world);
    await engine.env.sleep('5m');
    const status = await run.until(({ state }) => state === 'asking');
    expect(status.next).toContain('no vault');
    await run.send('retryStep');
    expect((await run.result()).outcome).toBe('succeeded');
  });
});

describe('mode plan', () => {
  test('changes nothing, locks nothing, asks nobody, and prints every effect', async () => {
    const steps = [
      provideStep('beside'),
      gateStep('go', { after: ['beside'] }),
      switchStep('primary', 'beside', 1, { after: ['go'] }),
    ];
    const world = worldOf(
      planOf([phase('one', ...steps)], { mode: 'plan', locks: ['db/primary'], notDone: ['fence the old place'] }),
    );
    const before = stateOf(world);
    const run = await engine.run(world);
    expect(await run.result()).toMatchObject({ outcome: 'planned', report: [] });
    expect(stateOf(world)).toEqual(before);
    expect(world.calls).toEqual(['freezePlan ']);
    const details = await run.details();
    expect(details).toContain('**planned**');
    expect(details).toContain('"mode":"live"');
    expect(details).toContain('remove db/beside');
    expect(details).toContain('fence the old place');
  });
});

describe('failures', () => {
  test('an outage shorter than the patience of the profile is no event for anyone', async () => {
    const world = worldOf(planOf([phase('one', leaseStep('a'))]), [
      { verb: 'holdSet', times: 7, error: error('unreachable', 'connection refused') },
    ]);
    const run = await engine.run(world);
    expect((await run.result()).outcome).toBe('succeeded');
    expect(world.calls.filter((call) => call === 'holdSet a')).toHaveLength(8);
    expect(world.reports[0]?.waits).toEqual([]);
  });

  test('attempts are capped: then a person is asked, and may have it tried again', async () => {
    const world = worldOf(planOf([phase('one', leaseStep('a')), phase('two', leaseStep('b'))]), [
      { verb: 'holdSet', step: 'a', times: 8, error: error('unreachable', 'connection refused') },
    ]);
    const run = await engine.run(world);
    await engine.env.sleep('5m');
    const status = await run.until(({ state }) => state === 'asking');
    expect(world.calls.filter((call) => call === 'holdSet a')).toHaveLength(8);
    expect(status.steps).toMatchObject([
      { state: 'asking', failure: expect.stringContaining('refused') },
      { state: 'waiting' },
    ]);
    await run.send('retryStep', {});
    expect((await run.result()).outcome).toBe('succeeded');
    expect(world.reports[0]?.steps[0]).toMatchObject({ state: 'done', attempts: 2 });
    expect(world.reports[0]?.waits).toMatchObject([{ kind: 'question', step: 'a', to: expect.any(String) }]);
  });

  test('a permanent failure is never tried again', async () => {
    const world = worldOf(planOf([phase('one', leaseStep('a'))]), [
      { verb: 'holdSet', times: 1, error: error('no-permission', 'not allowed') },
    ]);
    const run = await engine.run(world);
    await run.until(({ state }) => state === 'asking');
    expect(world.calls.filter((call) => call === 'holdSet a')).toHaveLength(1);
    await run.send('abort', { why: 'enough' });
    expect((await run.result()).outcome).toBe('aborted');
  });

  test('the death of a worker does not count as an attempt', async () => {
    const world = worldOf(planOf([phase('one', leaseStep('a'))]), [
      { verb: 'holdSet', times: 1, dies: true },
      { verb: 'holdSet', times: 7, error: error('unreachable', 'connection refused') },
    ]);
    const run = await engine.run(world);
    await engine.env.sleep('5m');
    expect((await run.result()).outcome).toBe('succeeded');
    expect(world.calls.filter((call) => call === 'holdSet a')).toHaveLength(9);
  });

  test('a red verify never reaches the switch, and a retry restores and verifies again', async () => {
    const compare = leaseStep('copy', {
      run: { verb: 'providePlace', with: { site: siteOf('beside') } },
      verify: { verb: 'comparePlace', with: { site: siteOf('beside'), set: 'set-1' } },
      undo: { verb: 'discardPlace', with: { site: siteOf('beside') } },
    });
    const equality = [{ object: 'orders', expectedRows: 2, foundRows: 1, equal: false }];
    const unequal = new DrError('not-equal', 'row count differs for table "orders"', 'restore', {
      evidence: { equality },
    });
    const world = worldOf(planOf([phase('one', compare), phase('two', switchStep('primary', 'beside'))]), [
      { verb: 'comparePlace', times: 1, error: unequal },
    ]);
    const run = await engine.run(world);
    const status = await run.until(({ state }) => state === 'asking');
    expect(status.steps.find(({ id }) => id === 'copy')?.evidence).toEqual(unequal.evidence);
    expect(status.next).toContain('row count differs');
    expect(world.bound.place).toBe('db/primary');
    await expect(run.send('skipStep', { why: 'it will do' })).rejects.toThrow('going on without "copy" is not safe');
    await run.send('retryStep');
    expect((await run.result()).outcome).toBe('succeeded');
    expect(world.calls).toEqual([
      'freezePlan ',
      ...['providePlace copy', 'comparePlace copy', 'providePlace copy', 'comparePlace copy'],
      ...['switchTarget switch-beside', 'checkSwitched switch-beside', 'writeReport '],
    ]);
  });

  test('an unattended drill gives up after its patience, undoes and fails', async () => {
    const plan = planOf([phase('one', provideStep('scratch'), leaseStep('a', { after: ['scratch'] }))], {
      mode: 'drill',
      starter: { person: null, proven: false },
    });
    const world = worldOf(plan, [{ verb: 'holdSet', error: error('damaged', 'chunk 7 does not decrypt') }]);
    const before = stateOf(world);
    const run = await engine.run(world);
    const failure = await failureOf(run.result());
    expect(failure.type).toBe('damaged');
    expect(failure.message).toContain('nobody answered: chunk 7 does not decrypt');
    expect(failure.details?.[0]).toMatchObject({ outcome: 'failed', report: [expect.any(String)] });
    expect(stateOf(world)).toEqual(before);
    expect(world.reports[0]).toMatchObject({ outcome: 'failed', steps: [{ state: 'undone' }, { state: 'undone' }] });
  });

  test('findings that are failures make the outcome partial; true things to read do not', async () => {
    const finds = (isFailure: boolean) => ({ findings: [{ says: 'an index is invalid', isFailure }] });
    const plan = planOf([phase('one', leaseStep('a'))]);
    const bad = await engine.run(worldOf(plan, [{ verb: 'holdSet', finds: finds(true) }]));
    expect((await bad.result()).outcome).toBe('partially-failed');
    const good = await engine.run(worldOf(plan, [{ verb: 'holdSet', finds: finds(false) }]));
    expect((await good.result()).outcome).toBe('succeeded');
  });

  test('a report that cannot be kept is a finding, and the verdict is still measured', async () => {
    const world = worldOf(planOf([phase('one', leaseStep('a'))]), [
      { verb: 'writeReport', error: error('no-permission', 'vault is read-only') },
    ]);
    const run = await engine.run(world);
    expect(await run.result()).toMatchObject({ outcome: 'partially-failed', report: [] });
    expect((await run.status()).findings[0]?.says).toContain('vault is read-only');
  });
});

describe('skip', () => {
  const skippable = { why: 'the old place is gone', risk: 'safe' } as const;

  test('goes on without a step that says why that is safe, as a partial success', async () => {
    const world = worldOf(planOf([phase('one', leaseStep('a', { skippable })), phase('two', leaseStep('b'))]), [
      { verb: 'holdSet', step: 'a', error: error('refused') },
    ]);
    const run = await engine.run(world);
    await run.until(({ state }) => state === 'asking');
    await expect(run.send('skipStep', {})).rejects.toThrow('a reason is missing');
    await run.send('skipStep', { why: 'the place burnt down' });
    expect((await run.result()).outcome).toBe('partially-failed');
    expect(world.reports[0]?.steps).toMatchObject([
      { state: 'skipped', skipped: { why: 'the place burnt down', by: [] } },
      { state: 'done' },
    ]);
  });

  test('needs as many proven people as its risk asks for', async () => {
    const risky = { why: 'two people declare it lost', risk: 'destructive' } as const;
    const world = worldOf(planOf([phase('one', fenceStep('primary', { skippable: risky }))]), [
      { verb: 'checkFenced', error: error('not-proven', 'a write came through') },
    ]);
    const run = await engine.run(world);
    await run.until(({ state }) => state === 'asking');
    await expect(run.send('skipStep', { why: 'lost' })).rejects.toThrow('needs 2 proven');
    await run.send('skipStep', { why: 'lost', code: '222222' });
    expect((await run.until(({ lastMessage }) => lastMessage.includes('more needed'))).state).toBe('asking');
    await run.send('skipStep', { why: 'lost', code: '333333' });
    await run.until(({ lastMessage }) => lastMessage.includes('is skipped, by bob and cem'));
    expect((await run.result()).outcome).toBe('partially-failed');
    expect(world.reports[0]?.steps[0]?.skipped?.by).toEqual(['bob', 'cem']);
  });
});

describe('watch', () => {
  test('wants greens in a row; the first of them is the moment of health', async () => {
    const world = worldOf(planOf([phase('one', watchStep('shop'))]), [
      { verb: 'probeService', times: 30, error: error('unreachable', 'HTTP 503') },
      { verb: 'probeService', times: 1, after: 1, error: error('unreachable', 'HTTP 503 again') },
    ]);
    const run = await engine.run(world);
    expect((await run.result()).outcome).toBe('succeeded');
    expect(world.calls.filter((call) => call === 'probeService shop')).toHaveLength(35);
    const { stamps, steps } = world.reports[0]!;
    expect(stamps.healthy?.source).toBe('probe');
    expect(Date.parse(stamps.healthy!.at)).toBeGreaterThanOrEqual(Date.parse(steps[0]!.fact!.beganAt));
    expect(Date.parse(stamps.healthy!.at)).toBeLessThanOrEqual(Date.parse(steps[0]!.fact!.endedAt));
  });

  test('asks when it is not green in time, and probes again on retry', async () => {
    const fault = { verb: 'probeService', error: error('unreachable', 'HTTP 503') };
    const world = worldOf(planOf([phase('one', watchStep('shop', { until: '1m', every: '5s' }))]), [fault]);
    const run = await engine.run(world);
    await engine.env.sleep('3m');
    expect((await run.until(({ state }) => state === 'asking')).next).toContain('HTTP 503');
    world.faults = [];
    await run.send('retryStep');
    expect((await run.result()).outcome).toBe('succeeded');
  });

  test('ends the run as failed, undone, where the runbook says so', async () => {
    const watch = watchStep('shop', { until: '30s', onRed: 'fail', after: ['switch-beside'] });
    const steps = [provideStep('beside'), switchStep('primary', 'beside', 1, { after: ['beside'] }), watch];
    const world = worldOf(planOf([phase('one', ...steps)]), [
      { verb: 'probeService', error: error('unreachable', 'HTTP 503') },
    ]);
    const before = stateOf(world);
    const run = await engine.run(world);
    expect((await failureOf(run.result())).message).toContain('HTTP 503');
    expect(stateOf(world)).toEqual(before);
  });
});

describe('stamps', () => {
  test('come from the person who started, from facts and from history', async () => {
    const input = {
      mode: 'live',
      set: 'latest',
      target: 'db',
      impactAt: '2026-01-01T00:00:00.000Z',
      declaredAt: '2026-01-01T00:05:00.000Z',
    } as const;
    const world = worldOf(
      planOf([phase('one', switchStep('primary', 'primary'), watchStep('shop', { greens: 1 }))], { input }),
    );
    const run = await engine.run(world);
    await run.result();
    expect(world.reports[0]?.stamps).toMatchObject({
      impact: { at: input.impactAt, source: 'person' },
      declared: { at: input.declaredAt, source: 'person' },
      started: { source: 'history' },
      healthy: { source: 'probe' },
      closed: { source: 'history' },
    });
    expect(world.reports[0]?.stamps.approved).toBeUndefined();
  });
});

test('a drill cleans up what its plan left, and counts only if that passed', async () => {
  const steps = [provideStep('scratch'), leaseStep('lease')];
  const world = worldOf(planOf([phase('one', ...steps)], { mode: 'drill' }));
  const before = stateOf(world);
  const run = await engine.run(world);
  expect((await run.result()).outcome).toBe('succeeded');
  expect(stateOf(world)).toEqual(before);

  const stuck = worldOf(planOf([phase('one', ...steps)], { mode: 'drill' }), [
    { verb: 'discardPlace', error: error('no-permission', 'cannot drop') },
  ]);
  const second = await engine.run(stuck);
  expect((await second.result()).outcome).toBe('partially-failed');
  expect(stuck.reports[0]?.findings).toMatchObject([{ says: expect.stringContaining('cannot drop'), isFailure: true }]);
});

test('a step that does what an undo would do spends it: nothing is discarded twice', async () => {
  const discard = leaseStep('discard', {
    run: { verb: 'discardPlace', with: { site: siteOf('scratch') } },
    verify: { verb: 'checkDiscarded', with: { site: siteOf('scratch') } },
    undo: { irreversible: 'made to be discarded' },
  });
  const world = worldOf(planOf([phase('one', provideStep('scratch')), phase('two', discard)], { mode: 'drill' }));
  const run = await engine.run(world);
  expect((await run.result()).outcome).toBe('succeeded');
  expect(world.calls.filter((call) => call.startsWith('discardPlace'))).toEqual(['discardPlace discard']);
});

test('a live run says which of its places stay', async () => {
  const world = worldOf(
    planOf([phase('one', provideStep('beside'), provideStep('spare')), phase('two', switchStep('primary', 'beside'))]),
  );
  const run = await engine.run(world);
  expect((await run.result()).outcome).toBe('succeeded');
  expect(world.reports[0]?.findings).toEqual([
    { says: `place ${placeOf('spare').id}, made by step spare, stays`, isFailure: false },
  ]);
});
