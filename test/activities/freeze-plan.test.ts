import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../activities/freeze-plan.ts';
import { runbooks } from '../../runbooks/index.ts';
import { checkPhases } from '../../src/domain/check-phases.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { PlaceSpec } from '../../src/domain/words.ts';
import type { Estate } from '../../src/estate/estate.ts';
import { memoryServer } from '../../src/memory/server.ts';
import { type Bench, openBench, targetOf } from './bench.ts';

const set = '20260131T020000Z-3f9a1c';
const at = '2026-01-31T14:00:00.000Z';
const run = 'restoreStore/orders-db/INC-1';

const freeze = (
  bench: Bench,
  raw: unknown,
  more: { runbook?: string; run?: string; at?: string } = {},
): Promise<Plan> => bench.desk.freezePlan({ runbook: 'restoreStore', run, at, raw, ...more });

const ready = async (more: Partial<Estate> = {}) => {
  const bench = await openBench(more);
  await bench.call('takeSnapshot', { site: bench.primary, set });
  return bench;
};

const stepsOf = (plan: Plan) => plan.phases.flatMap((phase) => phase.steps);

describe('a frozen plan', () => {
  test('of every runbook can be walked, in every mode it has', async () => {
    for (const runbook of Object.keys(runbooks)) {
      const kind = runbook === 'recoverPostgresCorruption' ? 'postgres' : 'memory';
      const bench = await ready({ targets: { 'orders-db': targetOf({ kind }) } });
      for (const mode of ['plan', 'drill', 'live']) {
        if (runbook === 'runDrill' && mode === 'live') continue;
        const plan = await freeze(bench, { target: 'orders-db', mode }, { runbook });
        expect(checkPhases(plan.phases), `${runbook} ${mode}`).toEqual([]);
        expect(plan).toMatchObject({ runbook, mode, run, madeAt: at, targets: ['orders-db'], region: 'local' });
      }
    }
  });

  test('is the same for the same facts, and digests to what it says', async () => {
    const bench = await ready();
    const raw = { target: 'orders-db', mode: 'live', incident: 'INC-1', why: 'disk', impactAt: '2026-01-31T13:00:00Z' };
    const [one, two] = [await freeze(bench, raw), await freeze(bench, raw)];
    expect(two).toEqual(one);
    const { digest, ...rest } = one;
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(JSON.parse(JSON.stringify(rest)))).toBe(digest);
    expect((await freeze(bench, { ...raw, why: 'other' })).digest).not.toBe(digest);
    expect((await freeze(bench, raw, { at: '2026-01-31T14:00:01.000Z' })).digest).not.toBe(digest);
  });

  test('carries what approvals, locks and reports need', async () => {
    const bench = await ready();
    const plan = await freeze(bench, { target: 'orders-db', mode: 'live', by: 'on-call' });
    const beside = stepsOf(plan).find((step) => step.kind === 'units')!;
    expect(plan).toMatchObject({
      estate: bench.world.estate.digest,
      starter: { person: 'on-call', proven: false },
      objective: { rtoSeconds: 3600, rpoSeconds: 600 },
      sets: [{ id: set, target: 'orders-db', objects: 3, rows: 52, batches: { schema: 1, data: 2, finish: 1 } }],
      input: { target: 'orders-db', mode: 'live', set: 'latest', by: 'on-call' },
      versions: { 'dr-runbooks': '0.0.0' },
      notDone: expect.arrayContaining([expect.stringContaining('users of orders-db are led nowhere')]),
    });
    expect(plan.locks).toEqual([beside.kind === 'units' ? beside.site.place.id : '', 'orders-db/primary'].sort());
  });

  test('stays what it is although a secret happens to be one of its words', async () => {
    const bench = await ready();
    const before = await freeze(bench, { target: 'orders-db' });
    bench.world.secrets.remember('memory');
    expect(await freeze(bench, { target: 'orders-db' })).toEqual(before);
  });

  test('of a drill works on a scratch place alone', async () => {
    const bench = await ready();
    const plan = await freeze(bench, { target: 'orders-db', mode: 'drill' }, { runbook: 'runDrill' });
    expect(plan.locks).toEqual([expect.stringMatching(/^orders-db\/scratch-[0-9a-f]{8}$/)]);
  });

  test('touches no store: what is lost can be planned for', async () => {
    const bench = await ready();
    memoryServer.drop(bench.primaryUrl);
    expect((await freeze(bench, { target: 'orders-db' })).sets).toHaveLength(1);
  });

  test('follows the binding in force', async () => {
    const bench = await ready();
    const { site } = bench.made('beside');
    const binding = { target: 'orders-db', epoch: 4, place: site.place, boundAt: at, by: 'run-0' };
    await bench.world.vault.bindings.bind(binding);
    const plan = await freeze(bench, { target: 'orders-db', mode: 'live' });
    const move = stepsOf(plan).find((step) => step.kind === 'do' && step.run.verb === 'switchTarget');
    expect(move?.kind === 'do' && move.run.with).toMatchObject({ from: site.place, epoch: 4 });
  });

  test('with a set and no target asks for the target, also where the set is of one target of several', async () => {
    const other = targetOf({
      id: 'mail-db',
      primary: { ...targetOf().primary, id: 'mail-db/primary', target: 'mail-db' },
    });
    const bench = await ready({ targets: { 'mail-db': other, 'orders-db': targetOf() } });
    await expect(freeze(bench, { set })).rejects.toMatchObject({
      type: 'bad-input',
      message: expect.stringContaining('restoreStore needs a target; targets: mail-db, orders-db'),
    });
  });

  test('fences the place in service, or says why just that one has no fence', async () => {
    const bench = await ready();
    const { besideServer } = targetOf();
    const cannotFence = (url: string) => (url === bench.primaryUrl ? null : 'it is one of many');
    bench.world.kinds = { ...bench.world.kinds, memory: { ...bench.world.kinds.memory!, cannotFence } };
    const fences = (plan: Plan) => stepsOf(plan).some((step) => step.kind === 'do' && step.run.verb === 'fencePlace');
    const raw = { target: 'orders-db', mode: 'live' };
    expect(fences(await freeze(bench, raw))).toBe(true);

    const place = { ...bench.made('beside').site.place, server: besideServer! } as PlaceSpec;
    await bench.world.vault.bindings.bind({ target: 'orders-db', epoch: 2, place, boundAt: at, by: 'run-0' });
    const plan = await freeze(bench, raw);
    expect(fences(plan)).toBe(false);
    expect(plan.notDone).toContainEqual(expect.stringContaining(`${place.id} is not fenced: it is one of many`));
  });

  test('fences a place whose connection string nobody knows any more: the step says so', async () => {
    const bench = await ready();
    bench.world.kinds = { memory: { ...bench.world.kinds.memory!, cannotFence: () => 'it is one of many' } };
    bench.world.secrets.resolve = async (ref) => {
      throw new DrError('missing', `secret ${ref} is not set`, 'set it');
    };
    const plan = await freeze(bench, { target: 'orders-db', mode: 'live' });
    expect(stepsOf(plan).map(({ id }) => id)).toContain('fence');
  });

  test('holds the chosen set and not the latest one', async () => {
    const bench = await ready();
    const later = '20260201T020000Z-3f9a1c';
    memoryServer.put(bench.primaryUrl, 'late', [1]);
    await bench.call('takeSnapshot', { site: bench.primary, set: later });
    const idOf = async (raw: object) => (await freeze(bench, { target: 'orders-db', ...raw })).sets[0]?.id;
    expect(await idOf({})).toBe(later);
    expect(await idOf({ set })).toBe(set);
    const [first] = await bench.world.vault.sets('orders-db');
    const moment = first?.manifest.consistency;
    expect(await idOf({ at: moment?.kind === 'point-in-time' ? moment.at : moment?.to })).toBe(set);
    await expect(idOf({ at: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({ type: 'no-match' });
    await expect(idOf({ set: '20260131T020000Z-3f9a1d' })).rejects.toMatchObject({
      type: 'unknown-name',
      message: expect.stringContaining(`did you mean "${set}"?`),
    });
  });

  test('of a backup is made although the newest set is damaged', async () => {
    const bench = await ready();
    const chunks = join(bench.folder, 'chunks');
    expect(await readdir(chunks)).toEqual(['orders-db']);
    await rm(chunks, { recursive: true });
    const about = { runbook: 'backupEstate', run: 'backupEstate/estate/1' };
    const plan = await freeze(bench, { mode: 'live' }, about);
    expect(stepsOf(plan).map(({ id }) => id)).toContain('snapshot-orders-db');
  });

  test('for a corrupted database passes over a newest set that does not open, says so, and names the one before', async () => {
    const bench = await ready({ targets: { 'orders-db': targetOf({ kind: 'postgres' }) } });
    const chunks = () => readdir(join(bench.folder, 'chunks'), { recursive: true });
    const [second, third] = ['20260201T020000Z-3f9a1c', '20260202T020000Z-3f9a1c'];
    memoryServer.put(bench.primaryUrl, 'second', [1]);
    await bench.call('takeSnapshot', { site: bench.primary, set: second });
    const before = await chunks();
    memoryServer.put(bench.primaryUrl, 'third', [1]);
    await bench.call('takeSnapshot', { site: bench.primary, set: third });
    const raw = { target: 'orders-db', mode: 'live' };
    const about = { runbook: 'recoverPostgresCorruption' };
    const olderOf = (plan: Plan) => stepsOf(plan).find(({ id }) => id === 'prove-set');

    for (const name of await chunks()) {
      if (!before.includes(name)) await rm(join(bench.folder, 'chunks', name), { recursive: true, force: true });
    }
    await expect(freeze(bench, raw)).rejects.toMatchObject({ type: 'missing' });
    const plan = await freeze(bench, raw, about);
    expect(plan.sets.map(({ id }) => id)).toEqual([second]);
    expect(plan.notDone[0]).toContain(`set ${third} of orders-db is passed over for the one before it: `);
    expect(olderOf(plan)).toMatchObject({ run: { with: { set: second, older: set } } });
    const named = await freeze(bench, { ...raw, set }, about);
    expect(named.sets.map(({ id }) => id)).toEqual([set]);
    expect(olderOf(named)).toMatchObject({ run: { with: { target: 'orders-db', set } } });
    expect(JSON.stringify(olderOf(named))).not.toContain('older":');
  });

  test('for a corrupted database whose newest manifest is damaged names the sets that open, and takes one by its id', async () => {
    const bench = await ready({ targets: { 'orders-db': targetOf({ kind: 'postgres' }) } });
    const second = '20260201T020000Z-3f9a1c';
    await bench.call('takeSnapshot', { site: bench.primary, set: second });
    const manifest = join(bench.folder, 'sets', 'orders-db', `${second}.json`);
    await chmod(manifest, 0o600);
    await writeFile(manifest, (await readFile(manifest)).subarray(0, -40));
    const raw = { target: 'orders-db', mode: 'live' };
    const about = { runbook: 'recoverPostgresCorruption' };
    await expect(freeze(bench, raw, about)).rejects.toMatchObject({
      type: 'damaged',
      message: expect.stringContaining(`still open by their id: ${set}`),
    });
    expect((await freeze(bench, { ...raw, set }, about)).sets.map(({ id }) => id)).toEqual([set]);
  });

  test('of several targets promises what the strictest of them does', async () => {
    const strict = targetOf({ id: 'stock-db', objective: { rtoSeconds: 60, rpoSeconds: null } });
    const bench = await openBench({ targets: { 'orders-db': targetOf(), 'stock-db': strict } });
    const plan = await freeze(bench, { mode: 'live' }, { runbook: 'backupEstate' });
    expect(plan).toMatchObject({
      objective: { rtoSeconds: 60, rpoSeconds: 600 },
      targets: ['orders-db', 'stock-db'],
    });
  });
});

describe('the starter', () => {
  const secret = 'JBSWY3DPEHPK3PXP';
  const codeAt = (bench: Bench) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.parse(bench.world.now()) });

  test('is proven by a code, which is spent and not kept', async () => {
    const bench = await ready();
    bench.world.now = () => at;
    const code = codeAt(bench);
    const plan = await freeze(bench, { target: 'orders-db', by: 'on-call', code });
    expect(plan.starter).toEqual({ person: 'on-call', proven: true });
    expect(JSON.stringify(plan.input)).not.toContain(code);
    expect(await bench.desk.provePerson({ run, plan: plan.digest, gate: 'g', code })).toHaveProperty('refused');
  });

  test('with a wrong code, or the code of someone else, starts nothing', async () => {
    const bench = await ready();
    bench.world.now = () => at;
    const code = codeAt(bench);
    await expect(freeze(bench, { target: 'orders-db', by: 'second', code })).rejects.toMatchObject({
      type: 'not-proven',
    });
    await expect(freeze(bench, { target: 'orders-db', by: 'on-call', code })).rejects.toMatchObject({
      type: 'not-proven',
      message: expect.stringContaining('used before'),
    });
  });

  test('spends no code on input that is refused', async () => {
    const bench = await ready();
    bench.world.now = () => at;
    const code = codeAt(bench);
    await expect(freeze(bench, { target: 'orders-db', set: 'nonsense', code })).rejects.toMatchObject({
      type: 'unknown-name',
    });
    expect((await freeze(bench, { target: 'orders-db', code })).starter.proven).toBe(true);
  });
});

describe('what cannot be planned says what can', () => {
  test.each([
    ['nothing', undefined, 'bad-input', 'targets: orders-db'],
    ['an empty object', {}, 'bad-input', 'targets: orders-db'],
    ['a list', [], 'bad-input', 'found a list'],
    ['a text', 'orders-db', 'bad-input', 'found a text'],
    ['an unknown target', { target: 'order-db' }, 'unknown-name', 'did you mean "orders-db"'],
    ['an unknown mode', { mode: 'dry-run' }, 'bad-input', 'expected one of plan, drill, live'],
  ])('%s', async (_, raw, type, message) => {
    const bench = await ready();
    await expect(freeze(bench, raw)).rejects.toMatchObject({
      type,
      nonRetryable: true,
      message: expect.stringContaining(message),
    });
  });

  test('an unknown runbook', async () => {
    const bench = await openBench();
    await expect(freeze(bench, {}, { runbook: 'restoreStor' })).rejects.toMatchObject({
      type: 'unknown-name',
      message: expect.stringContaining('did you mean "restoreStore"?'),
    });
    await expect(freeze(bench, {}, { runbook: 'constructor' })).rejects.toMatchObject({ type: 'unknown-name' });
  });

  test('a target without any set', async () => {
    const bench = await openBench();
    await expect(freeze(bench, { target: 'orders-db' })).rejects.toMatchObject({ type: 'no-match' });
  });
});
