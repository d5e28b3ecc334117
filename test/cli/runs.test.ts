import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld } from '../../activities/open-world.ts';
import type { Status } from '../../src/domain/run.ts';
import { readEstate } from '../../src/estate/read-estate.ts';
import { memoryServer } from '../../src/memory/server.ts';
import type { Report } from '../../src/report/report.ts';
import { startHealthyService } from '../support/healthy-service.ts';
import { codeFor, startInProcessWorker } from '../support/in-process-worker.ts';
import { freshNamespace } from '../support/servers.ts';
import { type Ran, dr as spawnDr, startDr } from './dr.ts';
import { type MemoryEstate, memoryEstate } from './in-process.ts';

const people = {
  ada: 'JBSWY3DPEHPK3PXP',
  grace: 'KRSXG5DSN5XGOLLU',
  joan: 'MFRGGZDFMZTWQ2LK',
  mary: 'NBSWY3DPO5XXE3DE',
  edith: 'ONSWG4TFORZWKY3S',
} as const;

/** Each code is good once: the one of now and the next are two. */
const spent = new Map<string, number>();
const codeOf = (person: keyof typeof people): string => {
  const drift = spent.get(person) ?? 0;
  spent.set(person, drift + 1);
  return codeFor(people[person], drift);
};

const ends: (() => unknown)[] = [];

interface Answered {
  code: number | null;
  run: string;
  says: string;
  status: { state: string };
  commands: string[];
}

describe('runs from the command line', () => {
  let estate: MemoryEstate;
  let env: Record<string, string>;
  const dr = (...args: string[]): Promise<Ran> => spawnDr(args, { cwd: estate.folder.path, env });
  const answered = (ran: Ran): Answered => ({ ...(ran.json() as unknown as Answered), code: ran.code });
  const json = async (...args: string[]) => answered(await dr(...args, '--json'));
  /** In this process: what is asked for often. */
  const ask = async (...args: string[]) => answered(await estate.dr(args));

  beforeAll(async () => {
    const { health, close } = await startHealthyService();
    ends.push(close);
    const codes = Object.entries(people).map(([id, code]) => {
      process.env[`CODE_OF_${id}`] = code;
      return `  ${id}: { name: ${id}, code: 'env:CODE_OF_${id}' }`;
    });
    const more = `    services: [shop]\nservices:\n  shop: { health: '${health}', greens: 1 }\npeople:\n${codes.join('\n')}\n`;
    estate = await memoryEstate(more, '{ rto: 30m, rpo: 1h }', (end) => ends.push(end));
    const server = await freshNamespace('cli');
    process.env.TEMPORAL_ADDRESS = server.address;
    process.env.TEMPORAL_NAMESPACE = server.namespace;
    const known = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
    env = { ...Object.fromEntries(known), DR_ESTATE: estate.path };
    expect((await estate.dr(['snapshot', 'orders-db'])).code).toBe(0);
    const worker = await startInProcessWorker(await openWorld(await readEstate(estate.path)), server);
    ends.push(worker.stop);
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  /** Polls the status until it is as wished. */
  const until = async (run: string, state: string): Promise<Answered> => {
    let latest = await ask('status', run);
    const look = async () => {
      latest = await ask('status', run);
      return latest.status?.state;
    };
    await expect.poll(look, { timeout: 30_000, interval: 300 }).toBe(state);
    return latest;
  };

  it('plan: shows every effect and changes nothing', async () => {
    const planned = await dr('plan', 'restoreStore', '--target', 'orders-db');
    expect(planned.code, planned.err).toBe(0);
    expect(planned.out).toContain('plan: this is what a live run would do; nothing has been changed');
    expect(planned.out).toContain('does: make orders-db/beside-');
    const run = await json('run', 'restoreStore', '--target', 'orders-db');
    expect(run).toMatchObject({ code: 0, result: { outcome: 'planned' } });
  });

  it('drill: waits for the end, and the report is in the vault', async () => {
    const drilled = await json('drill', '--code', codeOf('ada'));
    expect(drilled).toMatchObject({ code: 0, result: { outcome: 'succeeded' } });
    const report = await json('report', drilled.run);
    expect(report).toMatchObject({
      code: 0,
      format: 1,
      run: { mode: 'drill', starter: { person: 'ada', proven: true } },
    });
    const read = await dr('report', drilled.run);
    expect(read.out).toMatch(/^# /);
    expect(read.out).toContain('orders-db');
  });

  it('a live run: says who must act, counts proven people, refuses everything else, and ends missed by its objective', async () => {
    const unconfirmed = await ask('run', 'restoreStore', '--target', 'orders-db', '--mode', 'live');
    expect(unconfirmed).toMatchObject({ code: 3, error: { kind: 'refused' } });
    expect(await ask('run', 'restoreEstate', '--mode', 'live')).toMatchObject({
      code: 3,
      error: { kind: 'refused', message: expect.stringContaining('expected "restoreEstate"') },
    });
    const impact = new Date(Date.now() - 3_600_000).toISOString();
    const live = ['run', 'restoreStore', '--target', 'orders-db', '--mode', 'live', '--yes', '--incident', 'INC-1'];
    const started = await ask(...live, '--detach', '--impact-at', impact);
    expect(started).toMatchObject({ code: 0, run: 'restoreStore/orders-db/INC-1' });
    const { run } = started;
    expect(await ask(...live)).toMatchObject({ code: 3, error: { kind: 'already-exists' } });

    const { commands } = await until(run, 'approving');
    expect(commands).toEqual([`dr approve ${run} --code 123456`, `dr deny ${run} --code 123456 --why '…'`]);
    const said = await dr('status', run);
    expect(said.out).toContain(`${run}: approving`);
    expect(said.out).toContain('next: 2 different people decide');
    expect(said.out).toContain(`  dr approve ${run} --code 123456\n`);

    expect(await ask('approve', run)).toMatchObject({ code: 3, error: { kind: 'refused' } });
    expect(await ask('approve', run, '--code', '000000')).toMatchObject({ code: 3, error: { kind: 'refused' } });
    expect(await ask('approve', run, '--code', '111111', '--plan', 'abcdef123456')).toMatchObject({ code: 3 });
    expect(await ask('retry', run)).toMatchObject({ code: 3 });
    expect(await ask('note', run, 'called', 'the', 'lead')).toMatchObject({ code: 0, says: 'called the lead' });
    expect(await ask('hold', run, '--why', 'one moment')).toMatchObject({ code: 0 });
    expect(await ask('resume', run)).toMatchObject({ code: 0 });
    const code = codeOf('ada');
    const first = await ask('approve', run, '--code', code);
    expect(first).toMatchObject({ code: 0, message: 'approve' });
    expect(first.says).toContain('ada approved gate approve-switch; 1 more needed');
    expect(await ask('approve', run, '--code', code)).toMatchObject({ code: 3, error: { kind: 'refused' } });
    const typed = await estate.dr(['approve', run], { stdin: `${codeOf('grace')}\n`, isTTY: true });
    expect(typed.code, typed.err).toBe(0);
    expect(typed.err).toContain('Your one-time code: ');

    await until(run, 'ended');
    expect(await ask('approve', run, '--code', codeOf('joan'))).toMatchObject({ code: 1, error: { kind: 'missing' } });
    const report = await ask('report', run);
    expect(report).toMatchObject({ code: 4, headline: { answer: 'no', rto: 'missed' } });
  }, 120_000);

  /** Starts a live run, and waits for it as a person would. */
  const wait = (incident: string) => {
    const live = ['run', 'restoreStore', '--target', 'orders-db', '--mode', 'live', '--yes', '--incident', incident];
    const child = startDr([...live, '--json'], { cwd: estate.folder.path, env });
    const said = { err: '' };
    child.stderr.on('data', (chunk) => {
      said.err += String(chunk);
    });
    const ended = Promise.all([once(child, 'close'), text(child.stdout)]).then(([[code], out]) => [
      code,
      JSON.parse(out),
    ]);
    return { run: `restoreStore/orders-db/${incident}`, child, said, ended };
  };

  it('a run that is aborted ends with 1, and says so to whoever waits for it', async () => {
    const { run, said, ended } = wait('INC-2');
    await expect.poll(() => said.err, { timeout: 30_000 }).toContain(`\n  dr approve ${run} --code 123456\n`);
    expect(await ask('abort', run)).toMatchObject({ code: 3 });
    expect(await ask('abort', run, '--why', 'a false alarm')).toMatchObject({ code: 0 });
    expect(await ended).toMatchObject([1, { run, result: { outcome: 'aborted' } }]);
    expect(said.err).toContain('a false alarm');
  });

  it('Ctrl-C ends the waiting and not the run', async () => {
    const { run, child, said, ended } = wait('INC-3');
    await expect.poll(() => said.err, { timeout: 30_000 }).toContain('dr approve');
    child.kill('SIGINT');
    expect(await ended).toMatchObject([1, { error: { kind: 'interrupted', facts: { run } } }]);
    expect((await ask('status', run)).status.state).toBe('approving');
    expect(await ask('deny', run, '--code', codeOf('joan'), '--why', 'a test')).toMatchObject({ code: 0 });
    await until(run, 'ended');
  });

  it('a step that failed is tried again or skipped, and a gate is opened without proof, all on record', async () => {
    const live = ['run', 'restoreStore', '--target', 'orders-db', '--mode', 'live', '--yes', '--incident', 'INC-4'];
    const { run } = await ask(...live, '--detach');
    const approving = await until(run, 'approving');
    const { plan } = approving.status as unknown as Status;
    const fence = plan!.phases.flatMap((phase) => phase.steps).find((step) => step.id === 'fence');
    if (fence?.kind !== 'do' || fence.run.verb !== 'fencePlace') return expect.fail('the plan fences nothing');
    const { place } = fence.run.with.site;
    const server = estate.primary.replace('primary-', 'server-');
    const url = place.provider === 'database' ? `${server}/${place.database}` : estate.primary;
    memoryServer.find(url)!.troubles.push({ on: 'fence', when: 'before', times: 2, does: { fail: 'no-permission' } });

    expect(await ask('approve', run, '--break-glass')).toMatchObject({ code: 3, error: { kind: 'refused' } });
    const broken = await ask('approve', run, '--break-glass', '--by', 'ada', '--why', 'nobody answers');
    expect(broken).toMatchObject({
      code: 0,
      says: expect.stringContaining('opened without proof, by someone who says'),
    });

    const { commands } = await until(run, 'asking');
    expect(commands).toEqual([
      `dr retry ${run}`,
      `dr skip ${run} --why '…' --code 123456`,
      `dr abort ${run} --why '…'`,
    ]);
    expect(await ask('retry', run, '--step', 'switch')).toMatchObject({ code: 3, error: { kind: 'refused' } });
    expect(await ask('retry', run)).toMatchObject({ code: 0, says: 'step fence is tried again' });
    await until(run, 'asking');
    expect(await ask('skip', run)).toMatchObject({ code: 3, error: { message: expect.stringContaining('a reason') } });
    expect(await ask('skip', run, '--why', 'it is gone')).toMatchObject({ code: 3, error: { kind: 'refused' } });
    const skip = (code: string) => ask('skip', run, '--why', 'it is gone', '--code', code);
    expect(await skip(codeOf('mary'))).toMatchObject({ code: 0, says: expect.stringContaining('1 more needed') });
    expect(await skip(codeOf('edith'))).toMatchObject({ code: 0, says: expect.stringContaining('by mary and edith') });

    await until(run, 'ended');
    const report = await ask('report', run);
    expect(report).toMatchObject({ code: 1, run: { outcome: 'partially-failed' } });
    const kept = report as unknown as Report;
    expect(kept.decisions).toContainEqual(expect.objectContaining({ person: 'ada', isBreakGlass: true }));
    expect(kept.notExecuted).toContainEqual(expect.objectContaining({ step: 'fence', by: ['mary', 'edith'] }));
  }, 90_000);

  it('lists the newest runs', async () => {
    await expect
      .poll(async () => (await dr('status')).out, { timeout: 20_000 })
      .toContain('restoreStore/orders-db/INC-1');
  });

  it('says that no worker answers, and what the server knows', async () => {
    const { namespace } = await freshNamespace('cli-alone');
    env = { ...env, TEMPORAL_NAMESPACE: namespace };
    const started = await json('run', 'runDrill', '--mode', 'drill', '--target', 'orders-db', '--detach');
    const status = await dr('status', started.run);
    expect(status.code, status.err).toBe(0);
    expect(status.out).toContain(`${started.run}: running (runDrill)\nNO WORKER ANSWERS`);
    expect(await json('status', 'no/such/run')).toMatchObject({ code: 1, error: { kind: 'missing' } });
  });

  it('leaves the places in service as users know them', () => {
    expect(memoryServer.find(estate.primary)!.objects.size).toBe(3);
  });
});
