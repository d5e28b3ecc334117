import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/domain/plan.ts';
import type { Risk } from '../../src/domain/risk.ts';
import type { Driver, Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import type { World } from './fakes.ts';
import { error, latch, stateOf, worldOf } from './fakes.ts';
import { gateStep, leaseStep, phase, planOf, provideStep } from './plans.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

const [ada, bob, cem, cemAgain] = ['111111', '222222', '333333', '333444'];

/** A run that stands at gate `go`. Ada started it, proven. */
const atGate = async (risk: Risk = 'disruptive', more: Partial<Plan> = {}): Promise<{ run: Driver; world: World }> => {
  const world = worldOf(planOf([phase('one', gateStep('go', { risk })), phase('two', leaseStep('after'))], more));
  const run = await engine.run(world);
  await run.until(({ state }) => state === 'approving');
  return { run, world };
};
const heard = (run: Driver, words: string) => run.until(({ lastMessage }) => lastMessage.includes(words));

describe('who may open a gate', () => {
  test('risk safe needs nobody', async () => {
    const world = worldOf(planOf([phase('one', gateStep('go', { risk: 'safe' }))]));
    const run = await engine.run(world);
    expect((await run.result()).outcome).toBe('succeeded');
    expect(world.reports[0]?.stamps.approved).toBeUndefined();
  });

  test('disruptive: one proven person who did not start the run', async () => {
    const { run, world } = await atGate();
    await run.send('approve', { code: ada });
    await heard(run, 'ada started this run: someone else has to decide');
    expect((await run.status()).state).toBe('approving');
    expect(await run.send('approve', { code: bob })).toContain('checking whose code it is');
    expect((await run.result()).outcome).toBe('succeeded');
    const [record] = world.reports;
    expect(record?.decisions).toMatchObject([{ gate: 'go', person: 'bob', answer: 'approve', proof: 'code' }]);
    expect(record?.stamps.approved).toMatchObject({ source: 'history' });
    expect(record?.waits).toMatchObject([{ kind: 'approval', step: 'go', to: expect.any(String) }]);
  });

  test('destructive: two different people; the same one twice is one', async () => {
    const { run } = await atGate('destructive');
    await run.send('approve', { code: cem });
    await heard(run, 'cem approved gate go; 1 more needed');
    await run.send('approve', { code: cemAgain });
    await heard(run, 'cem has already answered');
    expect((await run.status()).state).toBe('approving');
    await run.send('approve', { code: bob });
    expect((await run.result()).outcome).toBe('succeeded');
  });

  test('a run whose starter is unproven needs two where one would do, and the starter may be one', async () => {
    const { run } = await atGate('disruptive', { starter: { person: 'ada', proven: false } });
    expect(await run.details()).toContain('2 different people decide');
    await run.send('approve', { code: ada });
    await heard(run, '1 more needed');
    await run.send('approve', { code: bob });
    expect((await run.result()).outcome).toBe('succeeded');
  });

  test('a code that is nobody’s, or was used, does not count', async () => {
    const { run } = await atGate('destructive');
    await run.send('approve', { code: '999999' });
    await heard(run, 'nobody has this code now');
    await run.send('approve', { code: bob });
    await heard(run, '1 more needed');
    await run.send('approve', { code: bob });
    await heard(run, 'used before');
    await run.send('abort', { why: 'done' });
    await run.result();
  });

  test('a code that cannot be checked is said, and the gate stays', async () => {
    const { run, world } = await atGate();
    world.faults.push({ verb: 'provePerson', times: 1, error: error('wrong-estate', 'another estate file') });
    await run.send('approve', { code: bob });
    await heard(run, 'could not be checked: another estate file');
    await run.send('approve', { code: bob });
    expect((await run.result()).outcome).toBe('succeeded');
  });
});

describe('how a gate closes', () => {
  test('a denial aborts and undoes', async () => {
    const world = worldOf(planOf([phase('one', provideStep('beside')), phase('two', gateStep('go'))]));
    const before = stateOf(world);
    const run = await engine.run(world);
    await run.until(({ state }) => state === 'approving');
    await run.send('deny', { code: bob, why: 'not tonight' });
    expect(await run.result()).toMatchObject({
      outcome: 'aborted',
      says: expect.stringContaining('bob denied gate go'),
    });
    expect(stateOf(world)).toEqual(before);
  });

  test('nobody in time aborts', async () => {
    const { run, world } = await atGate();
    expect(await run.result()).toMatchObject({
      outcome: 'aborted',
      says: expect.stringContaining('nobody opened gate go within 2h'),
    });
    expect(world.reports[0]?.steps).toMatchObject([{ id: 'go' }, { state: 'not-executed' }]);
  });

  test('breaking the glass opens it alone, needs a name and a reason, and is loud', async () => {
    const { run, world } = await atGate('destructive');
    await expect(run.send('approve', { breakGlass: true })).rejects.toThrow('"by":"…","why":"…"');
    await expect(run.send('approve', { breakGlass: 'yes', by: 'bob' })).rejects.toThrow('needs to be answered for');
    await run.send('approve', { breakGlass: 'yes', by: 'bob', why: 'nobody else is awake' });
    expect((await run.result()).outcome).toBe('succeeded');
    expect(world.reports[0]?.decisions).toMatchObject([
      { proof: 'break-glass', person: 'bob', why: 'nobody else is awake' },
    ]);
    expect(world.reports[0]?.findings[0]?.says).toContain('opened without proof');
  });
});

describe('messages that do not fit', () => {
  test('an approval is for one plan only', async () => {
    const { run } = await atGate();
    await expect(run.send('approve', { code: bob, plan: '123456789abc' })).rejects.toThrow('abcdef012345 is what runs');
    await run.send('approve', { code: bob, plan: 'ABCDEF012345' });
    expect((await run.result()).outcome).toBe('succeeded');
  });

  test('early and late ones are refused with a sentence, and leave no event', async () => {
    const gate = latch();
    const world = worldOf(planOf([phase('one', leaseStep('a')), phase('two', gateStep('go'))]), [
      { verb: 'holdSet', waits: gate },
    ]);
    const run = await engine.run(world);
    await gate.entered;
    await expect(run.send('approve', { code: bob })).rejects.toThrow('no gate waits for an answer now');
    await expect(run.send('retryStep')).rejects.toThrow('no step waits for an answer now');
    await expect(run.send('resume')).rejects.toThrow('the run is not on hold');
    const { events } = await run.handle.fetchHistory();
    expect(events?.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(false);
    gate.release();
    await run.until(({ state }) => state === 'approving');
    await run.send('abort', { why: 'enough' });
    await run.result();
    await expect(run.send('approve', { code: bob })).rejects.toMatchObject({ kind: 'missing' });
  });

  test('several gates want to be named', async () => {
    const world = worldOf(planOf([phase('one', gateStep('left'), gateStep('right'))]));
    const run = await engine.run(world);
    await run.until(({ next }) => next.includes('left') || next.split('Move users?').length > 2);
    await expect(run.send('approve', { code: bob })).rejects.toThrow(
      'several gates wait; add {"gate":"…"} with one of: left, right',
    );
    await expect(run.send('approve', { code: bob, gate: 'top' })).rejects.toThrow('gate "top" does not wait');
    expect(await run.details()).toContain('`{"code":"123456","gate":"left"}`');
    await run.send('approve', { code: bob, gate: 'left' });
    await heard(run, 'approved gate left');
    await run.send('approve', { code: cem, gate: 'right' });
    expect((await run.result()).outcome).toBe('succeeded');
  });

  test('the same code at the same time is checked once', async () => {
    const { run, world } = await atGate('destructive');
    const check = latch();
    world.faults.push({ verb: 'provePerson', times: 1, waits: check });
    const answers = Promise.allSettled([1, 2, 3].map(() => run.send('approve', { code: bob })));
    await check.entered;
    const settled = await answers;
    expect(settled.filter((one) => one.status === 'fulfilled' && one.value.includes('checking whose'))).toHaveLength(1);
    check.release();
    await heard(run, '1 more needed');
    expect(world.calls.filter((call) => call === 'provePerson go')).toHaveLength(1);
    await run.send('approve', { code: cem });
    expect((await run.result()).outcome).toBe('succeeded');
  });

  test.each([
    ['a list', [1], 'expected one JSON object, got a list'],
    ['a text', 'yes', 'expected one JSON object, got a text'],
    ['a number', 7, 'expected one JSON object, got a number'],
    ['a misspelt field', { cod: '123456' }, 'no field "cod"; legal: code, gate'],
    ['a nested field', { code: { is: 1 } }, 'field "code" has to be a text'],
    ['a short story', { code: 'soon' }, 'a code has six digits'],
    ['null', null, 'a code is missing'],
    ['an empty object', {}, 'a code is missing'],
  ])('approve with %s gets a sentence that shows what to type', async (_, message, says) => {
    const run = await once();
    const thrown = await run.send('approve', message).catch((one: unknown) => one);
    expect(thrown).toMatchObject({ kind: 'refused', message: expect.stringContaining(says) });
    expect(String(thrown)).toContain('123456');
  });

  let standing: Promise<Driver> | undefined;
  const once = (): Promise<Driver> => {
    standing ??= atGate().then(({ run }) => run);
    return standing;
  };

  test('abort needs a reason; hold, resume and note answer at once', async () => {
    const run = await once();
    await expect(run.send('abort', {})).rejects.toThrow('abort needs a reason');
    await expect(run.send('note', {})).rejects.toThrow('nothing to note');
    expect(await run.send('note', { says: 'Bob is on the phone' })).toBe('Bob is on the phone');
    expect(await run.send('hold', null)).toContain('no step starts until resume');
    await expect(run.send('hold', {})).rejects.toThrow('on hold already');
    expect(await run.send('resume', undefined)).toBe('the run goes on');
    const { notes, waits } = await run.status();
    expect(notes.map((note) => note.says)).toContain('note: Bob is on the phone');
    expect(waits.filter((wait) => wait.kind === 'hold')).toMatchObject([{ to: expect.any(String) }]);
    await run.send('abort', { why: 'enough' });
    expect((await run.result()).outcome).toBe('aborted');
  });

  test('a refusal carries no stack', async () => {
    const { run } = await atGate();
    const thrown = await run.handle.executeUpdate('approve', { args: [{}] }).catch((one: Error) => one);
    const { cause } = thrown as Error;
    expect((cause as Error).stack ?? '').not.toMatch(/\.ts:/);
    await run.send('abort', { why: 'enough' });
    await run.result();
  });
});

test('hold stops before the next step, not within one; the clocks run on', async () => {
  const inside = latch();
  const world = worldOf(planOf([phase('one', leaseStep('a')), phase('two', leaseStep('b'))]), [
    { verb: 'holdSet', step: 'a', waits: inside },
  ]);
  const run = await engine.run(world);
  await inside.entered;
  await run.send('hold', { why: 'waiting for the network team' });
  inside.release();
  await run.until(({ steps }) => steps[0]?.state === 'done');
  const status = await run.status();
  expect(status.state).toBe('held');
  expect(status.next).toContain('waiting for the network team');
  expect(status.next).toContain('`resume` with `{}`');
  expect(world.calls).not.toContain('holdSet b');
  await run.send('resume');
  expect((await run.result()).outcome).toBe('succeeded');
  expect(world.reports[0]?.waits).toMatchObject([
    { kind: 'hold', says: 'waiting for the network team', to: expect.any(String) },
  ]);
});

test('questions about several steps want to be named', async () => {
  const world = worldOf(planOf([phase('one', leaseStep('a'), leaseStep('b'))]), [
    { verb: 'holdSet', times: 2, error: error('refused') },
  ]);
  const run = await engine.run(world);
  await run.until(({ steps }) => steps.length > 0 && steps.every((one) => one.state === 'asking'));
  await expect(run.send('retryStep')).rejects.toThrow('several steps wait; add {"step":"…"} with one of: ');
  await expect(run.send('retryStep', { step: 'c' })).rejects.toThrow('step "c" does not wait');
  await run.send('retryStep', { step: 'b' });
  await run.until(({ steps }) => steps[1]?.state === 'done');
  await run.send('retryStep');
  expect((await run.result()).outcome).toBe('succeeded');
});
