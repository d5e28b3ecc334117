import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openWorld } from '../../activities/open-world.ts';
import type { SetSummary } from '../../src/cli/engine/summarise.ts';
import { readEstate } from '../../src/estate/read-estate.ts';
import { memoryServer } from '../../src/memory/server.ts';
import { type MemoryEstate, memoryEstate, rows } from './in-process.ts';

const take = async ({ dr }: MemoryEstate): Promise<string> => {
  const taken = await dr(['snapshot', 'orders-db']);
  expect(taken.code, taken.err).toBe(0);
  return String(taken.json().set);
};

const content = (url: string) =>
  Object.fromEntries(Object.keys(rows).map((object) => [object, memoryServer.rows(url, object)]));

/** Turns a byte of every chunk of a set. */
const damage = async ({ folder }: MemoryEstate): Promise<void> => {
  const chunks = join(folder.path, 'vault', 'chunks');
  for (const entry of await readdir(chunks, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const body = await readFile(path);
    body[body.length - 1]! ^= 1;
    await writeFile(path, body);
  }
};

describe('engine commands', () => {
  it('take, list, verify and restore a set, and say what each found', async () => {
    const estate = await memoryEstate();
    const set = await take(estate);
    const listed = await estate.dr(['sets', 'orders-db']);
    expect(listed.json().sets).toMatchObject([{ set, target: 'orders-db', objects: 3, rows: 42 }]);
    expect((await estate.dr(['verify', set])).json()).toMatchObject({ set, isWhole: true, damages: [] });
    expect((await estate.dr(['verify', 'orders-db/latest'])).json()).toMatchObject({ set });

    const restored = await estate.dr(['restore', set, '--to', estate.empty.ref, '--yes']);
    expect(restored.code, restored.err).toBe(0);
    expect(restored.json()).toMatchObject({ set, isEqual: true, objects: 3, rows: 42, skipped: 0, differences: [] });
    expect(content(estate.empty.url)).toEqual(content(estate.primary));
    expect(memoryServer.find(estate.empty.url)).toMatchObject({
      ledger: null,
      mark: { target: 'orders-db', role: 'beside', epoch: 2 },
    });
    const print = await estate.dr(['fingerprint', 'orders-db', '--only', 'it*']);
    expect(print.json()).toMatchObject({ place: 'orders-db/primary', objects: { items: { rows: 2 } } });
  });

  it('take every target at once, those whose rows name others first, and say how far apart the sets are', async () => {
    const orders = `memory://orders-${randomUUID()}`;
    memoryServer.create(orders);
    memoryServer.put(orders, 'lines', [{ id: 1, order: 3 }]);
    process.env.LINES = orders;
    const checks =
      '[{ kind: orphans, child: lines, columns: [order], parentTarget: orders-db, parent: orders, parentColumns: [id] }]';
    const estate = await memoryEstate(`  lines-db: { kind: memory, primary: env:LINES, checks: ${checks} }\n`);
    const taken = await estate.dr(['snapshot', '--all']);
    expect(taken.code, taken.err).toBe(0);
    const { sets, skewMs, broken } = taken.json() as Record<string, never[]> & { sets: SetSummary[] };
    expect(sets.map(({ target, rows }) => [target, rows])).toEqual([
      ['orders-db', 42],
      ['lines-db', 1],
    ]);
    const [parent, child] = sets.map(({ startedAt, finishedAt }) => ({ startedAt, finishedAt }));
    expect(Date.parse(parent!.startedAt)).toBeGreaterThanOrEqual(Date.parse(child!.finishedAt));
    expect(skewMs).toBeGreaterThanOrEqual(0);
    expect(broken).toEqual([]);
    expect(taken.err).toMatch(/\| target .*stored \|[\s\S]*their instants are .* apart/);
    for (const more of [['orders-db'], ['--only', 'orders']]) {
      expect((await estate.dr(['snapshot', '--all', ...more])).code).toBe(2);
    }
  });

  it('carry files along with a set, and put them back once the data is proven', async () => {
    const estate = await memoryEstate('    backup: { carry: [./config] }\n');
    const config = join(estate.folder.path, 'config');
    await mkdir(config);
    await writeFile(join(config, 'app.env'), 'PORT=1\n');
    const taken = await estate.dr(['snapshot', 'orders-db']);
    expect(taken.err).toContain('carried along: ./config, 1 file of 7 B');
    const listed = await estate.dr(['sets']);
    expect(listed.json().sets).toMatchObject([{ carried: [{ path: './config', files: 1, bytes: 7 }] }]);
    expect(listed.err).toMatch(/carried along.*\n.*\n.*\.\/config/);
    const some = await estate.dr(['snapshot', 'orders-db', '--only', 'items']);
    expect(some.json()).toMatchObject({ carried: [] });

    await rm(config, { recursive: true });
    const set = String(taken.json().set);
    const rehearsed = await estate.dr(['restore', set, '--to', 'scratch', '--yes']);
    expect(rehearsed.json()).toMatchObject({ carried: [expect.stringContaining('can be put back')] });
    await expect(readdir(config)).rejects.toMatchObject({ code: 'ENOENT' });
    const restored = await estate.dr(['restore', set, '--to', estate.empty.ref, '--yes']);
    expect(restored.json()).toMatchObject({
      isEqual: true,
      carried: ['./config is back: 1 file, 7 B, equal by digest'],
    });
    expect(await readFile(join(config, 'app.env'), 'utf8')).toBe('PORT=1\n');
  });

  it('restore into a place made beside, and hand it over', async () => {
    const estate = await memoryEstate();
    await take(estate);
    const restored = await estate.dr(['restore', 'orders-db/latest', '--to', 'beside', '--yes']);
    expect(restored.code, restored.err).toBe(0);
    const { place } = restored.json() as { place: { provider: string; database: string } };
    expect(place.provider).toBe('database');
    const { vault } = await openWorld(await readEstate(estate.path));
    expect(await vault.places.leftovers()).toEqual([]);
    const again = await estate.dr(['restore', 'orders-db/latest', '--to', 'beside', '--yes']);
    expect(again.code).toBe(3);
    expect(again.json()).toMatchObject({ error: { kind: 'not-empty' } });
    expect((await estate.dr(['restore', 'orders-db/latest', '--to', 'beside', '--yes', '--run', 'mine'])).code).toBe(0);
  });

  it('restore the objects asked for, and prove those', async () => {
    const estate = await memoryEstate();
    const set = await take(estate);
    const restored = await estate.dr(['restore', set, '--to', estate.empty.ref, '--yes', '--only', 'items']);
    expect(restored.json()).toMatchObject({ isEqual: true, objects: 1, rows: 2 });
    expect([...memoryServer.find(estate.empty.url)!.objects.keys()]).toEqual(['items']);
  });

  it('refuse a place that is not empty, and leave it as it is', async () => {
    const estate = await memoryEstate();
    const set = await take(estate);
    memoryServer.put(estate.empty.url, 'theirs', [1]);
    const refused = await estate.dr(['restore', set, '--to', estate.empty.ref, '--yes']);
    expect(refused.code).toBe(3);
    expect(refused.json()).toMatchObject({ exit: 3, error: { kind: 'not-empty' } });
    expect(memoryServer.find(estate.empty.url)).toMatchObject({ mark: null, ledger: null });
  });

  it('go on where they were stopped, and apply nothing twice', async () => {
    const estate = await memoryEstate();
    const set = await take(estate);
    const database = memoryServer.find(estate.empty.url)!;
    database.troubles.push({
      on: 'restore',
      unit: (id) => id.startsWith('index/'),
      when: 'before',
      times: 1,
      does: { fail: 'unreachable' },
    });
    const stopped = await estate.dr(['restore', set, '--to', estate.empty.ref, '--yes']);
    expect(stopped.code).toBe(1);
    expect(stopped.json()).toMatchObject({ error: { kind: 'unreachable' } });
    const again = await estate.dr(['restore', set, '--to', estate.empty.ref, '--yes']);
    expect(again.json()).toMatchObject({ isEqual: true, rows: 0 });
    expect(Number(again.json().skipped)).toBeGreaterThan(0);
    expect(content(estate.empty.url)).toEqual(content(estate.primary));
  });

  it('end as not equal when one row was changed behind their back', async () => {
    const estate = await memoryEstate();
    const set = await take(estate);
    const database = memoryServer.find(estate.empty.url)!;
    const { promise, resolve } = Promise.withResolvers<void>();
    database.troubles.push({ on: 'fingerprint', when: 'before', does: { waitFor: promise } });
    const restoring = estate.dr(['restore', set, '--to', estate.empty.ref, '--yes']);
    await expect.poll(() => database.calls.some((call) => call.on === 'fingerprint')).toBe(true);
    database.objects.get('items')!.rows[0] = '{"id":7}';
    resolve();
    const restored = await restoring;
    expect(restored.code).toBe(1);
    expect(restored.json()).toMatchObject({ isEqual: false, differences: [{ object: 'items', what: 'content' }] });
    expect(restored.err).toContain('NOT equal');
    expect(database.ledger).not.toBeNull();
  });

  it('list every damage of a set', async () => {
    const estate = await memoryEstate();
    const set = await take(estate);
    await damage(estate);
    const verified = await estate.dr(['verify', set]);
    expect(verified.code).toBe(1);
    expect(verified.json()).toMatchObject({ set, isWhole: false });
    expect((verified.json().damages as unknown[]).length).toBeGreaterThan(0);
    const restored = await estate.dr(['restore', set, '--to', estate.empty.ref, '--yes']);
    expect([restored.code, restored.json()]).toMatchObject([1, { error: { kind: 'damaged' } }]);
  });

  it('refuse a filter that matches nothing', async () => {
    const estate = await memoryEstate();
    const set = await take(estate);
    for (const args of [
      ['snapshot', 'orders-db'],
      ['fingerprint', 'orders-db'],
      ['restore', set, '--to', 'beside', '--yes'],
    ]) {
      const refused = await estate.dr([...args, '--only', 'ordes']);
      expect([refused.code, refused.json()], args[0]!).toMatchObject([2, { error: { kind: 'no-match' } }]);
    }
  });

  it.for([
    { to: 'besid', expected: 'did you mean "beside"?' },
    { to: 'nowhere', expected: 'legal: primary, beside, scratch' },
    { to: 'postgres://shop:hunter2@db/shop', expected: 'a connection string stands on the command line' },
  ])('refuse to restore to $to', async ({ to, expected }) => {
    const estate = await memoryEstate();
    const set = await take(estate);
    const refused = await estate.dr(['restore', set, '--to', to, '--yes']);
    expect(refused.code).toBe(2);
    expect(refused.out).toContain(JSON.stringify(expected).slice(1, -1));
    expect(refused.out + refused.err).not.toContain('hunter2');
  });
});

describe('a destructive command', () => {
  it.for([
    { typed: 'no\n', expected: 'expected "orders-db", found "no"' },
    { typed: '', expected: 'expected "orders-db", found the end of the input' },
  ])('does nothing unless the name of the target is typed: $expected', async ({ typed, expected }) => {
    const estate = await memoryEstate();
    const set = await take(estate);
    const refused = await estate.dr(['restore', set, '--to', estate.empty.ref], { stdin: typed });
    expect(refused.code).toBe(3);
    expect((refused.json().error as { message: string }).message).toContain(expected);
    expect(memoryServer.find(estate.empty.url)!.calls).toEqual([]);
  });

  it('shows target, place and set, and goes on once the name is typed', async () => {
    const estate = await memoryEstate();
    const set = await take(estate);
    const restored = await estate.dr(['restore', set, '--to', estate.empty.ref], { stdin: 'orders-db\n' });
    expect(restored.code, restored.err).toBe(0);
    expect(restored.err).toContain(`target: orders-db\n  place:  ${estate.empty.ref}\n  set:    ${set}\n`);
  });

  it('says that a place is in service, and refuses it for what it holds', async () => {
    const estate = await memoryEstate();
    const set = await take(estate);
    const refused = await estate.dr(['restore', set, '--to', 'primary'], { stdin: 'orders-db' });
    expect(refused.err).toContain('place:  orders-db/primary, as the estate names it, which is IN SERVICE');
    expect(refused.json()).toMatchObject({ exit: 3, error: { kind: 'not-empty' } });
    expect(content(estate.primary)).toEqual(rows);
  });

  it('stops in order on Ctrl-C and goes on later', async () => {
    const estate = await memoryEstate();
    const set = await take(estate);
    const stop = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    const database = memoryServer.find(estate.empty.url)!;
    database.troubles.push({
      on: 'restore',
      unit: (id) => id.startsWith('data/'),
      when: 'before',
      does: { waitFor: promise },
      times: 1,
    });
    const restoring = estate.dr(['restore', set, '--to', estate.empty.ref, '--yes'], { signal: stop.signal });
    await expect.poll(() => database.calls.some((call) => call.unit?.startsWith('data/'))).toBe(true);
    stop.abort();
    resolve();
    const stopped = await restoring;
    expect([stopped.code, stopped.json()]).toMatchObject([1, { error: { kind: 'interrupted' } }]);
    expect((await estate.dr(['restore', set, '--to', estate.empty.ref, '--yes'])).json()).toMatchObject({
      isEqual: true,
    });
  });
});
