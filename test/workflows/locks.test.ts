import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { controlQueue } from '../../src/domain/desk.ts';
import { lockIdOf } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Engine } from './engine.ts';
import { startEngine, waitFor } from './engine.ts';
import type { Fault, World } from './fakes.ts';
import { latch, worldOf } from './fakes.ts';
import { leaseStep, phase, planOf, provideStep, siteOf, watchStep } from './plans.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ isSkipping: false });
});
afterAll(() => engine[Symbol.asyncDispose]());

let place: string;
let places = 0;
beforeEach(() => {
  places += 1;
  place = `db/place-${places}`;
});

const locking = (faults: Fault[] = [], more: Partial<Plan> = {}): World =>
  worldOf(planOf([phase('one', leaseStep('a')), phase('two', leaseStep('b'))], { locks: [place], ...more }), faults);

const lockOf = (id: string) => engine.env.client.workflow.getHandle(lockIdOf(id));
const isOpen = async (id: string): Promise<boolean> => {
  const { status } = await lockOf(id).describe();
  return status.name === 'RUNNING';
};
const failing = async (ending: Promise<unknown>): Promise<string> => {
  const thrown = await ending.catch((one: unknown) => one);
  if (!(thrown instanceof WorkflowFailedError)) throw new Error(`expected a failed run, got ${String(thrown)}`);
  return String(thrown.cause?.message);
};

test('a second run on a place is refused at once, told who holds it, and changes nothing', async () => {
  const inside = latch();
  const first = await engine.run(locking([{ verb: 'holdSet', step: 'a', waits: inside }]));
  await inside.entered;
  const { memo } = await lockOf(place).describe();
  expect(memo).toEqual({ holder: first.id });

  const other = `${place}-free`;
  const world = locking([], { locks: [other, place] });
  const second = await engine.run(world);
  const says = await failing(second.result());
  expect(says).toContain(`place ${place} is held by ${first.id}`);
  expect(says).toContain(`wait for ${first.id} to end, or abort it`);
  expect(world.calls).toEqual(['freezePlan ', 'writeReport ']);
  expect(world.reports[0]).toMatchObject({ outcome: 'failed', waits: [{ kind: 'lock', to: expect.any(String) }] });
  expect((await first.status()).notes.map((note) => note.says)).toContain(
    `${second.id} wanted ${place} and was refused`,
  );
  if (other < place) expect(await isOpen(other)).toBe(false);

  inside.release();
  expect((await first.result()).outcome).toBe('succeeded');
  expect(await isOpen(place)).toBe(false);
  const third = await engine.run(locking());
  expect((await third.result()).outcome).toBe('succeeded');
});

test('locks that were taken before one was refused are given back', async () => {
  const inside = latch();
  const holder = await engine.run(locking([{ verb: 'holdSet', step: 'a', waits: inside }], { locks: [`${place}-z`] }));
  await inside.entered;
  const refused = await engine.run(locking([], { locks: [`${place}-z`, `${place}-a`] }));
  await failing(refused.result());
  expect(await isOpen(`${place}-a`)).toBe(false);
  inside.release();
  await holder.result();
});

test('a cancelled run keeps its locks until its undo is over', async () => {
  const [inside, undoing] = [latch(), latch()];
  const world = locking([
    { verb: 'holdSet', step: 'b', waits: inside },
    { verb: 'releaseSet', step: 'b', waits: undoing },
  ]);
  const run = await engine.run(world);
  await inside.entered;
  await run.handle.cancel();
  await undoing.entered;
  expect(await isOpen(place)).toBe(true);
  undoing.release();
  await run.result();
  expect(await isOpen(place)).toBe(false);
});

test('a terminated run takes its locks with it', async () => {
  const inside = latch();
  const run = await engine.run(locking([{ verb: 'holdSet', step: 'a', waits: inside }]));
  await inside.entered;
  await run.handle.terminate('by hand');
  await waitFor(
    async () => !(await isOpen(place)),
    () => 'the end of the lock',
  );
  inside.release();
  const next = await engine.run(locking());
  expect((await next.result()).outcome).toBe('succeeded');
});

test('a stale lock, whose run is closed, is taken over', async () => {
  const gone = await engine.run(locking([], { locks: [] }));
  await gone.result();
  await engine.env.client.workflow.start('holdPlace', {
    workflowId: lockIdOf(place),
    taskQueue: controlQueue,
    args: [{ place, holder: gone.id }],
  });
  const run = await engine.run(locking());
  expect((await run.result()).outcome).toBe('succeeded');
});

test('a lock that is ended by hand is taken again, and the run says so', async () => {
  const inside = latch();
  const world = locking([{ verb: 'holdSet', step: 'a', waits: inside }]);
  const run = await engine.run(world);
  await inside.entered;
  await lockOf(place).terminate('by hand');
  await run.until(({ findings }) => findings.length > 0);
  expect(await isOpen(place)).toBe(true);
  inside.release();
  expect((await run.result()).outcome).toBe('succeeded');
  expect(world.reports[0]?.findings).toEqual([
    { says: `the lock on ${place} was ended from outside, and taken again at once`, isFailure: false },
  ]);
});

test('a run that lost its lock to another goes on hold and says to whom', async () => {
  const [inside, theirs] = [latch(), latch()];
  const world = locking([{ verb: 'holdSet', step: 'a', waits: inside }]);
  const run = await engine.run(world);
  await inside.entered;
  const thief = await engine.run(locking([{ verb: 'holdSet', step: 'a', waits: theirs }], { locks: [] }));
  await theirs.entered;
  await engine.env.client.workflow.start('holdPlace', {
    workflowId: lockIdOf(place),
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    taskQueue: controlQueue,
    args: [{ place, holder: thief.id }],
  });
  const { findings, next } = await run.until(({ state }) => state === 'held');
  expect(findings).toMatchObject([{ says: expect.stringContaining(`held by ${thief.id}`), isFailure: true }]);
  expect(next).toContain(`held by ${thief.id}`);
  await run.send('resume');
  inside.release();
  theirs.release();
  expect((await run.result()).outcome).toBe('partially-failed');
  await thief.result();
  await lockOf(place).terminate();
});

test('locks are given back once users are healthy, and taken again for what changes a place later', async () => {
  place = 'db/old';
  const [watching, discarding] = [latch(), latch()];
  const discard = leaseStep('discard', {
    run: { verb: 'discardPlace', with: { site: siteOf('old') } },
    verify: { verb: 'checkDiscarded', with: { site: siteOf('old') } },
    undo: { irreversible: 'dropped' },
  });
  const phases = [
    phase('one', provideStep('old')),
    phase('two', watchStep('shop', { greens: 1 })),
    phase('three', leaseStep('later')),
    phase('four', discard),
  ];
  const world = worldOf(planOf(phases, { locks: [place] }), [
    { verb: 'holdSet', step: 'later', waits: watching },
    { verb: 'discardPlace', waits: discarding },
  ]);
  const run = await engine.run(world);
  await watching.entered;
  expect(await isOpen(place)).toBe(false);
  watching.release();
  await discarding.entered;
  expect(await isOpen(place)).toBe(true);
  discarding.release();
  expect((await run.result()).outcome).toBe('succeeded');
  expect(await isOpen(place)).toBe(false);
});

test.each([
  ['to its beginning', 0],
  ['to where it held them', -1],
])('a run that is reset %s takes its own locks again', async (_, task) => {
  const inside = latch();
  const world = locking([{ verb: 'holdSet', step: 'b', waits: inside }]);
  const run = await engine.run(world);
  await inside.entered;
  const { events } = await run.handle.fetchHistory();
  const tasks = events?.filter((event) => event.workflowTaskCompletedEventAttributes) ?? [];
  const { runId } = await run.handle.describe();
  await engine.env.client.workflowService.resetWorkflowExecution({
    namespace: engine.env.namespace ?? 'default',
    workflowExecution: { workflowId: run.id, runId },
    reason: 'test',
    requestId: runId,
    workflowTaskFinishEventId: tasks.at(task)!.eventId!,
  });
  inside.release();
  const again = engine.drive(run.id);
  expect((await again.result()).outcome).toBe('succeeded');
  expect(await isOpen(place)).toBe(false);
});

test('signals that anyone may send in any shape break nothing', async () => {
  const inside = latch();
  const run = await engine.run(locking([{ verb: 'holdSet', step: 'a', waits: inside }]));
  await inside.entered;
  for (const name of ['unitsProgress', 'answerPlace', 'wantPlace', 'releasePlace', 'whatever']) {
    for (const payload of [undefined, null, {}, 'x', [1]]) await run.handle.signal(name, payload);
  }
  for (const name of ['wantPlace', 'releasePlace']) {
    for (const payload of [undefined, null, {}, 'x', [1], { by: 'another' }]) await lockOf(place).signal(name, payload);
  }
  expect(await isOpen(place)).toBe(true);
  expect((await run.status()).state).toBe('running');
  inside.release();
  expect((await run.result()).outcome).toBe('succeeded');
});
