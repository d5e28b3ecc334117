import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Binding, PlaceSpec } from '../../src/domain/words.ts';
import { kindOf } from './backend-conformance.ts';
import { keysOf, newVault } from './new-vault.ts';

const target = 'orders-db';
const place = (id: string): PlaceSpec => ({
  id: `${target}/${id}`,
  target,
  kind: 'memory',
  role: 'primary',
  provider: 'existing',
  url: 'env:ORDERS_URL',
});
const binding = (epoch: number, by = 'run-a', to = 'primary', boundAt = '2026-01-31T02:00:00.000Z'): Binding => ({
  target,
  epoch,
  place: place(to),
  boundAt,
  by,
});

describe('bindings', () => {
  it('give the highest epoch, and null before the first', async () => {
    await using at = await newVault();
    expect(await at.vault.bindings.current(target)).toBeNull();
    for (let epoch = 1; epoch <= 11; epoch += 1) await at.vault.bindings.bind(binding(epoch));
    expect(await (await at.reopen()).bindings.current(target)).toEqual(binding(11));
  });

  it('let one of two racing binders win, and tell the other who did', async () => {
    await using at = await newVault();
    const other = await at.reopen();
    await at.vault.bindings.bind(binding(1));
    const race = [at.vault, other].map((vault, n) =>
      kindOf(vault.bindings.bind(binding(2, `run-${n}`, `beside-${n}`))),
    );
    expect((await Promise.all(race)).sort()).toEqual(['no error', 'stale-epoch']);
    await expect(at.vault.bindings.bind(binding(2, 'run-9', 'beside-9'))).rejects.toThrow(/by run-[01]/);
  });

  it('accept the same binding again, at another instant', async () => {
    await using at = await newVault();
    await at.vault.bindings.bind(binding(1));
    await at.vault.bindings.bind(binding(1, 'run-a', 'primary', '2026-01-31T03:00:00.000Z'));
    expect((await at.vault.bindings.current(target))!.boundAt).toBe('2026-01-31T02:00:00.000Z');
  });

  it('refuse an epoch that has passed, and one that skips', async () => {
    await using at = await newVault();
    for (const epoch of [1, 2, 3]) await at.vault.bindings.bind(binding(epoch));
    expect(await kindOf(at.vault.bindings.bind(binding(2, 'run-late')))).toBe('stale-epoch');
    expect(await kindOf(at.vault.bindings.bind(binding(2)))).toBe('stale-epoch');
    expect(await kindOf(at.vault.bindings.bind(binding(5)))).toBe('bad-input');
  });
});

describe('leases', () => {
  it('hold until the latest end, per run, and go when released', async () => {
    await using at = await newVault();
    const { leases } = at.vault;
    const set = '20260131T020000Z-abcdef';
    const run = 'recoverPostgresDeletion/orders-db/INC-4211';
    await leases.hold(target, { set, run, until: '2026-02-01T00:00:00.000Z' });
    await leases.hold(target, { set, run, until: '2026-02-03T00:00:00.000Z' });
    await leases.hold(target, { set, run, until: '2026-02-02T00:00:00.000Z' });
    await leases.hold(target, { set, run: 'other', until: '2026-02-01T00:00:00.000Z' });
    const held = await (await at.reopen()).leases.of(target);
    expect(held).toHaveLength(2);
    expect(held).toContainEqual({ set, run, until: '2026-02-03T00:00:00.000Z' });
    await leases.release(target, set, run);
    await leases.release(target, set, run);
    expect(await leases.of(target)).toEqual([{ set, run: 'other', until: '2026-02-01T00:00:00.000Z' }]);
    expect(await leases.of('no-such-target')).toEqual([]);
  });
});

describe('the canary ledger', () => {
  it('gives back every acknowledged canary once, in order, from every writer', async () => {
    await using at = await newVault();
    const canary = (seq: number) => ({ seq, at: new Date(Date.UTC(2026, 0, 31, 2, seq)).toISOString() });
    const other = await at.reopen();
    await at.vault.canaries.acknowledge(target, [canary(1), canary(2)]);
    await other.canaries.acknowledge(target, [canary(4), canary(3)]);
    await at.vault.canaries.acknowledge(target, [canary(2)]);
    await at.vault.canaries.acknowledge(target, []);
    expect(await other.canaries.ledger(target)).toEqual([1, 2, 3, 4].map(canary));
    expect(await other.canaries.ledger('another')).toEqual([]);
  });

  it('skips pages that are older than wanted, and no canary that is not', async () => {
    await using at = await newVault();
    const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
    const pages = fc.array(fc.array(instant, { minLength: 1, maxLength: 5 }), { maxLength: 6 });
    let targets = 0;
    await fc.assert(
      fc.asyncProperty(pages, instant, async (all, since) => {
        targets += 1;
        const id = `t-${targets}`;
        let seq = 0;
        const canaries = all.map((page) =>
          page.map((when) => {
            seq += 1;
            return { seq, at: when.toISOString() };
          }),
        );
        for (const page of canaries) await at.vault.canaries.acknowledge(id, page);
        const [newest] = canaries
          .flat()
          .map((one) => one.at)
          .sort()
          .reverse();
        expect(await at.vault.canaries.ledger(id, newest)).toEqual(
          expect.arrayContaining(canaries.flat().filter((one) => one.at === newest)),
        );
        const got = await at.vault.canaries.ledger(id, since.toISOString());
        expect(got).toEqual(expect.arrayContaining(canaries.flat().filter((one) => one.at >= since.toISOString())));
        expect(await at.vault.canaries.ledger(id)).toEqual(canaries.flat());
      }),
      { numRuns: 20 },
    );
  });
});

describe('the registry of places', () => {
  it('remembers what a run made until it is discarded or handed over', async () => {
    await using at = await newVault();
    const { places } = at.vault;
    const run = 'runDrill/orders-db/2026-01';
    await places.register(run, place('scratch-1'));
    await places.register(run, place('scratch-1'));
    await places.register(run, place('scratch-2'));
    await places.register('other', place('beside-1'));
    expect(await kindOf(places.register(run, { ...place('scratch-1'), role: 'beside' }))).toBe('already-exists');
    await places.close(run, place('scratch-1'), 'discarded');
    await places.close(run, place('scratch-1'), 'discarded');
    const again = (await at.reopen()).places;
    expect(await again.leftovers(run)).toEqual([{ run, place: place('scratch-2') }]);
    expect((await again.leftovers()).map((left) => left.run).sort()).toEqual(['other', run]);
    await places.close('other', place('beside-1'), 'handed-over');
    await places.close(run, place('scratch-2'), 'discarded');
    expect(await again.leftovers()).toEqual([]);
  });
});

describe('evidence of runs', () => {
  it('is kept once, readable as it is, and listed', async () => {
    await using at = await newVault();
    const { runs } = at.vault;
    const run = 'recoverRegion/all/2026';
    const key = await runs.keep(run, '2026-01-31T02:00:00.000Z', 'report.json', Buffer.from('{}'));
    expect(key).toBe('runs/2026/01/recoverRegion=2Fall=2F2026/report.json');
    expect(await runs.keep(run, '2026-01-31T02:00:00.000Z', 'report.json', Buffer.from('{}'))).toBe(key);
    expect(await kindOf(runs.keep(run, '2026-01-31T02:00:00.000Z', 'report.json', Buffer.from('x')))).toBe(
      'already-exists',
    );
    expect(Buffer.from(await runs.read(run, 'report.json')).toString()).toBe('{}');
    expect(await kindOf(runs.read(run, 'nothing.json'))).toBe('missing');
    expect(await Array.fromAsync(runs.list())).toMatchObject([{ run, name: 'report.json' }]);
  });

  it('stays in its folder whatever runs and names are called', async () => {
    await using at = await newVault();
    const names = ['../../x', '.', '..', '.hidden', 'a/b', 'ünï', 'a b\n', '%2e', '='];
    for (const name of names) await at.vault.runs.keep(name, '2026-01-31T02:00:00.000Z', name, Buffer.from(name));
    for (const name of names) expect(Buffer.from(await at.vault.runs.read(name, name)).toString()).toBe(name);
    expect((await Array.fromAsync(at.vault.runs.list())).map(({ run }) => run).sort()).toEqual([...names].sort());
    expect((await keysOf(at.backend, 'runs')).every((key) => key.split('/').length === 5)).toBe(true);
    expect(await kindOf(at.vault.runs.keep('x'.repeat(300), '2026-01-31T02:00:00.000Z', 'a', Buffer.from('')))).toBe(
      'bad-input',
    );
  });
});

describe('one-time marks', () => {
  it('happen once, for ever, in every process', async () => {
    await using at = await newVault();
    const other = await at.reopen();
    const race = await Promise.all([at.vault, other, at.vault, other].map((vault) => vault.once('code ana 48291')));
    expect(race.filter(Boolean)).toHaveLength(1);
    expect(await (await at.reopen()).once('code ana 48291')).toBe(false);
    expect(await other.once('code ana 48292')).toBe(true);
  });

  it('do not show what they mark', async () => {
    await using at = await newVault();
    await at.vault.once('code ana 48291');
    const [key] = await keysOf(at.backend, 'audit/once');
    expect(key).not.toContain('ana');
    expect(Buffer.from(await at.backend.get(key!)).toString()).not.toContain('ana');
  });
});

describe('records', () => {
  it('that were edited or moved are damaged, never believed', async () => {
    await using at = await newVault();
    await at.vault.bindings.bind(binding(1));
    await at.vault.bindings.bind(binding(2, 'run-b', 'beside'));
    const from = await at.backend.get('bindings/orders-db/00000001.json');
    await at.backend.remove('bindings/orders-db/00000002.json');
    await at.backend.create('bindings/orders-db/00000002.json', from);
    expect(await kindOf(at.vault.bindings.current(target))).toBe('damaged');
    await at.backend.remove('bindings/orders-db/00000002.json');
    const text = Buffer.from(from).toString().replace('primary', 'private');
    await at.backend.remove('bindings/orders-db/00000001.json');
    await at.backend.create('bindings/orders-db/00000001.json', Buffer.from(text));
    expect(await kindOf(at.vault.bindings.current(target))).toBe('damaged');
  });
});

describe('checkWritable', () => {
  it('passes where a vault works, leaves nothing, and refuses a store that overwrites', async () => {
    await using at = await newVault();
    const before = await keysOf(at.backend);
    await at.vault.checkWritable();
    expect(await keysOf(at.backend)).toEqual(before);
    await using careless = await newVault((backend) => ({
      ...backend,
      create: async (key, body) => {
        await backend.remove(key);
        return backend.create(key, body);
      },
    }));
    expect(await kindOf(careless.vault.checkWritable())).toBe('not-supported');
  });
});
