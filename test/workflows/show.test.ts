import { defineSearchAttributeKey } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { searchAttributes } from '../../src/domain/attributes.ts';
import { controlQueue, storesQueue } from '../../src/domain/desk.ts';
import { messages } from '../../src/domain/message.ts';
import type { Driver, Engine } from './engine.ts';
import { startEngine, waitFor } from './engine.ts';
import { error, fakeActivities, latch, register, worldOf } from './fakes.ts';
import { gateStep, leaseStep, phase, planOf, watchStep } from './plans.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ isSkipping: false });
});
afterAll(() => engine[Symbol.asyncDispose]());

const attributesOf = async (run: Driver): Promise<Record<string, unknown>> => {
  const { typedSearchAttributes } = await run.handle.describe();
  const known = Object.entries(searchAttributes).map(([name, type]) => [
    name,
    typedSearchAttributes.get(defineSearchAttributeKey(name, type)),
  ]);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined)) as Record<string, unknown>;
};
const firstLine = async (run: Driver): Promise<string> => (await run.details()).split('\n')[0] ?? '';

test('search attributes of a copied start form are overwritten, and follow the run to its end', async () => {
  const inside = latch();
  const input = { mode: 'live', set: 'latest', impactAt: new Date().toISOString() } as const;
  const phases = [
    phase('prepare', leaseStep('a')),
    phase('approve', gateStep('go')),
    phase('prove', watchStep('shop', { greens: 1 })),
  ];
  const world = worldOf(planOf(phases, { targets: ['db', 'mail'], input }), [{ verb: 'holdSet', waits: inside }]);
  const id = `copied-${process.pid}`;
  register(id, world);
  const copied = {
    DrState: 'ended',
    DrOutcome: 'failed',
    DrRtoSeconds: 7,
    DrRpoSeconds: 8,
    DrTargets: ['old'],
    DrPhase: 'old',
  };
  await engine.env.client.workflow.start('restoreStore', {
    workflowId: id,
    taskQueue: controlQueue,
    args: [{ target: 'db' }],
    typedSearchAttributes: Object.entries(copied).map(
      ([name, value]) =>
        ({ key: defineSearchAttributeKey(name, searchAttributes[name as keyof typeof copied]), value }) as never,
    ),
  });
  const run = engine.drive(id);
  await inside.entered;
  expect(await attributesOf(run)).toEqual({
    ...{ DrRunbook: 'restoreStore', DrMode: 'live', DrPhase: 'prepare', DrState: 'running' },
    ...{ DrNextActor: 'nobody', DrTargets: ['db', 'mail'], DrProgress: 0 },
  });
  inside.release();
  await run.until(({ state }) => state === 'approving');
  expect(await attributesOf(run)).toMatchObject({
    DrPhase: 'approve',
    DrState: 'approving',
    DrNextActor: 'approver',
    DrProgress: 30,
  });
  await run.send('approve', { code: '222222' });
  await run.result();
  expect(await attributesOf(run)).toMatchObject({
    ...{ DrState: 'ended', DrOutcome: 'succeeded', DrNextActor: 'nobody', DrProgress: 100 },
    DrRtoSeconds: expect.any(Number),
  });
  expect(await attributesOf(run)).not.toHaveProperty('DrRpoSeconds');
});

test('the first line of current details says who acts next, with what to paste', async () => {
  const inside = latch();
  const phases = [
    phase('one', gateStep('go')),
    phase('two', leaseStep('a', { skippable: { why: 'x', risk: 'safe' } })),
  ];
  const world = worldOf(planOf(phases), [
    { verb: 'holdSet', times: 1, error: error('damaged', 'chunk 3 | is <b>torn</b>') },
    { verb: 'checkSet', waits: inside },
  ]);
  const run = await engine.run(world);
  const { next } = await run.until(({ state }) => state === 'approving');
  expect(await firstLine(run)).toBe(`Next: ${next}`);
  expect(next).toMatch(
    /^\*\*one person, not ada decides\*\* by \d{4}-\d\d-\d\dT.*Z: Move users\? Update `approve` with `\{"code":"123456"\}`, or `deny`$/,
  );
  await run.send('approve', { code: '222222' });
  await run.until(({ state }) => state === 'asking');
  expect(await firstLine(run)).toContain(
    'about step a: chunk 3 \\| is \\<b\\>torn\\</b\\> — hint: do something Update `retryStep` with `{}`, `skipStep` with `{"why":"…"}`, or `abort` with `{"why":"…"}`',
  );
  await run.send('retryStep');
  await inside.entered;
  expect(await firstLine(run)).toBe('Next: nobody. At work: hold a.');
  inside.release();
  await run.result();
  const details = await run.details();
  expect(details).toContain('**succeeded**');
  expect(details).toContain('Last message: ');
  expect(details).toMatch(/\| two \| hold a \| done, attempt 2 \|/);
  expect(details.endsWith('\n\n\u00a0\n\n\u00a0')).toBe(true);
});

test('a long plan stays below 20 kB, in mode plan too, and says what was left out', async () => {
  const says = (at: number) =>
    `hold the set number ${at} of a very long plan, with everything that hangs on it | and more`;
  const steps = Array.from({ length: 200 }, (_, at) =>
    leaseStep(`step-${at}`, { says: says(at), ...(at === 0 ? {} : { after: ['step-0'] }) }),
  );
  for (const mode of ['plan', 'live'] as const) {
    const inside = latch();
    const run = await engine.run(
      worldOf(planOf([phase('one', ...steps)], { mode }), [{ verb: 'checkSet', waits: inside }]),
    );
    await (mode === 'live' ? inside.entered : run.result());
    const details = await run.details();
    expect(Buffer.byteLength(details)).toBeLessThan(20_000);
    expect(Buffer.byteLength(details)).toBeGreaterThan(15_000);
    expect(details).toContain('…');
    expect(details.endsWith('\n\n\u00a0\n\n\u00a0')).toBe(true);
    if (mode === 'live') await run.send('abort', { why: 'seen' });
    await run.result();
  }
});

test('every update is offered with its sentence, and status is a query', async () => {
  const inside = latch();
  const run = await engine.run(worldOf(planOf([phase('one', leaseStep('a'))]), [{ verb: 'holdSet', waits: inside }]));
  await inside.entered;
  const { definition } = await run.handle.query<
    { definition: Record<string, { name: string; description: string }[]> },
    []
  >('__temporal_workflow_metadata');
  const offered = Object.fromEntries(
    (definition.updateDefinitions ?? []).map(({ name, description }) => [name, description]),
  );
  expect(offered).toEqual(messages);
  expect(definition.queryDefinitions?.map((one) => one.name)).toContain('status');
  inside.release();
  await run.result();
});

test('activities carry a summary that says where in the plan they are', async () => {
  const run = await engine.run(worldOf(planOf([phase('one', leaseStep('a')), phase('two', leaseStep('b'))])));
  await run.result();
  const { events } = await run.handle.fetchHistory();
  const summaries = events?.flatMap(({ userMetadata }) => {
    const data = userMetadata?.summary?.data;
    return data ? [JSON.parse(Buffer.from(data).toString()) as string] : [];
  });
  expect(summaries).toEqual(
    expect.arrayContaining(['make the plan', '1/2 hold a', 'verify 1/2 hold a', '2/2 hold b', 'write the report']),
  );
});

test('a drill that a schedule started is unattended, whoever is named in its input', async () => {
  const id = `scheduled-${process.pid}`;
  register(
    id,
    worldOf(planOf([phase('one', leaseStep('a'))], { mode: 'drill' }), [{ verb: 'holdSet', error: error('damaged') }]),
  );
  const schedule = await engine.env.client.schedule.create({
    scheduleId: id,
    spec: {},
    action: {
      type: 'startWorkflow',
      workflowType: 'runDrill',
      workflowId: id,
      taskQueue: controlQueue,
      args: [{ target: 'db' }],
    },
  });
  await schedule.trigger();
  let started: string | undefined;
  await waitFor(
    async () => {
      const { recentActions } = (await schedule.describe()).info;
      started = recentActions.at(0)?.action.workflow.workflowId;
      return started !== undefined;
    },
    () => 'the start of the drill',
  );
  const run = engine.drive(started!);
  const { next } = await run.until(({ state }) => state === 'asking');
  expect(next).toMatch(/on-call decides by \d{4}-/);
  await run.send('abort', { why: 'seen' });
  await run.result();
  await schedule.delete();
});

test('a worker that is shut down in the middle of a step costs no attempt', async () => {
  const inside = latch();
  const world = worldOf(planOf([phase('one', leaseStep('a'))], { region: 'elsewhere' }), [
    { verb: 'holdSet', times: 1, waits: inside },
  ]);
  const work = () =>
    Worker.create({
      connection: engine.env.nativeConnection,
      namespace: engine.env.namespace ?? 'default',
      taskQueue: storesQueue('elsewhere'),
      activities: fakeActivities,
      maxHeartbeatThrottleInterval: 100,
    });
  const first = await work();
  const running = first.run();
  const run = await engine.run(world);
  await inside.entered;
  first.shutdown();
  await running;
  const second = await work();
  await second.runUntil(run.result());
  expect(world.calls.filter((call) => call === 'holdSet a')).toHaveLength(2);
  expect(world.reports[0]?.steps[0]).toMatchObject({ state: 'done', attempts: 1 });
  const { events } = await run.handle.fetchHistory();
  const attempts = events?.flatMap((event) => event.activityTaskStartedEventAttributes?.attempt ?? []);
  expect(attempts).toContain(2);
  // A counted failure comes back to the run, which pauses.
  expect(events?.some((event) => event.activityTaskFailedEventAttributes)).toBe(false);
  expect(events?.some((event) => event.timerStartedEventAttributes)).toBe(false);
});
