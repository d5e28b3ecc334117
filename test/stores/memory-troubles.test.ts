import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { compareFingerprints } from '../../src/domain/fingerprint.ts';
import { stages } from '../../src/domain/words.ts';
import { type Json, memoryServer } from '../../src/memory/server.ts';
import type { Trouble } from '../../src/memory/trouble.ts';
import { memory } from '../../src/stores/memory/index.ts';
import { memoryVault } from '../support/memory-vault.ts';
import { workOf, writerOf } from './conformance/bench.ts';

const rows: readonly Json[] = Array.from({ length: 250 }, (_, n) => ({ id: n, says: `row ${n}` }));

const set = async () => {
  const url = `memory://source-${randomUUID()}`;
  memoryServer.create(url);
  memoryServer.put(url, 'orders', rows);
  const vault = memoryVault();
  const place = await memory.open(url, workOf());
  const { meta, fingerprint } = await place.snapshot(vault, {});
  return { meta, fingerprint, vault, units: stages.flatMap((stage) => [...memory.units(meta, stage)]) };
};

const target = async (signal?: AbortSignal) => {
  const url = `memory://target-${randomUUID()}`;
  const database = memoryServer.create(url);
  const place = await memory.open(url, workOf(signal === undefined ? {} : { signal }));
  return { url, database, place };
};

test('a set of one object has units in every stage', async () => {
  const { units } = await set();
  expect(units.map(({ id }) => id)).toEqual(['schema/0', 'data/0/0', 'data/0/1', 'data/0/2', 'index/0', 'finish/0']);
});

test.for<[Trouble['when'], boolean]>([
  ['before', true],
  ['half-way', true],
  ['after', false],
])('a unit that fails %s its work is applied once in all', async ([when, isAppliedLater]) => {
  const { meta, vault, units, fingerprint } = await set();
  const { database, place } = await target();
  const by = writerOf();
  await place.begin(by, meta);
  const unit = 'data/0/1';
  database.troubles.push({ on: 'restore', unit: (id) => id === unit, when, times: 1, does: { fail: 'unreachable' } });
  const failed: string[] = [];
  for (const one of units) {
    const restore = () => place.restore(one, meta, vault, by);
    await restore().catch(async (error: unknown) => {
      expect(error).toMatchObject({ kind: 'unreachable' });
      failed.push(one.id);
      expect((await place.ledger(by)).has(one.id)).toBe(!isAppliedLater);
      expect((await restore()).wasApplied).toBe(isAppliedLater);
    });
  }
  expect(failed).toEqual([unit]);
  expect(compareFingerprints(fingerprint, await place.fingerprint({}))).toEqual([]);
  expect(database.calls.filter((one) => one.on === 'restore').map((one) => one.unit)).toHaveLength(units.length + 1);
});

test('a call that waits ends when it is told to stop, and changes nothing when its wait is over', async () => {
  const { meta, vault, units } = await set();
  const stop = new AbortController();
  const { database, place } = await target(stop.signal);
  const by = writerOf();
  await place.begin(by, meta);
  const held = Promise.withResolvers<void>();
  database.troubles.push({ on: 'restore', when: 'half-way', does: { waitFor: held.promise } });
  const restoring = place.restore(units[0]!, meta, vault, by);
  stop.abort();
  await expect(restoring).rejects.toMatchObject({ kind: 'interrupted' });
  held.resolve();
  await new Promise(setImmediate);
  expect(database.objects.size).toBe(0);
  expect(database.ledger?.units.size).toBe(0);
});

test('a database that is down is unreachable and one that was dropped is missing, through places open before', async () => {
  const { url, database, place } = await target();
  database.isDown = true;
  await expect(place.inspect()).rejects.toMatchObject({ kind: 'unreachable' });
  await expect(memory.open(url, workOf())).rejects.toMatchObject({ kind: 'unreachable' });
  database.isDown = false;
  await place.inspect();
  memoryServer.drop(url);
  await expect(place.inspect()).rejects.toMatchObject({ kind: 'missing' });
});

test('a set is not restored to an older server, and a skewed clock shows', async () => {
  const { meta } = await set();
  const { database, place } = await target();
  database.version = 0;
  await expect(place.begin(writerOf(), meta)).rejects.toMatchObject({ kind: 'too-old' });
  database.skewMs = 90_000;
  const { skewMs, clock } = await place.inspect();
  expect(skewMs).toBe(90_000);
  expect(Date.now() - Date.parse(clock)).toBeGreaterThanOrEqual(90_000);
});

test('a restored object is as indexed and as counted as the one it came from', async () => {
  const { meta, vault, units } = await set();
  const { database, place } = await target();
  const by = writerOf();
  await place.begin(by, meta);
  for (const unit of units.filter(({ stage }) => stage === 'schema' || stage === 'data')) {
    await place.restore(unit, meta, vault, by);
  }
  expect(database.objects.get('orders')).toMatchObject({ isIndexed: false, counted: null });
  for (const unit of units) await place.restore(unit, meta, vault, by);
  expect(database.objects.get('orders')).toMatchObject({ isIndexed: true, counted: rows.length });
});

test('a data unit before its schema is refused', async () => {
  const { meta, vault, units } = await set();
  const { place } = await target();
  const by = writerOf();
  await place.begin(by, meta);
  await expect(place.restore(units[1]!, meta, vault, by)).rejects.toMatchObject({ kind: 'refused' });
  expect(await place.ledger(by)).toEqual(new Set());
});
