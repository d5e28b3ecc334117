// Rows C3 C6 of docs/coverage.md.
import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Check } from '../../../src/domain/checks.ts';
import { memoryServer } from '../../../src/memory/server.ts';
import { memory } from '../../../src/stores/memory/index.ts';

const at = '2026-03-01T02:00:00.000Z';

const place = async () => {
  const url = `memory://place-${randomUUID()}`;
  memoryServer.create(url);
  memoryServer.put(url, 'orders', [{ id: 1, at: '2026-03-01T01:00:00Z' }, { id: 2, at: 'never' }, { id: 3 }]);
  memoryServer.put(url, 'lines', [{ order: 1 }, { order: 9 }, { order: 9 }, { order: null }, {}]);
  const work = { signal: new AbortController().signal, beat: () => {}, parallel: 1 };
  const open = await memory.open(url, work);
  const run = async (check: Check, shows?: 'values') =>
    (await open.can.checks!.run([check], { at, isInService: false, ...(shows ? { shows } : {}) }))[0]!;
  return { url, run };
};

const orphans: Check = { kind: 'orphans', child: 'lines', columns: ['order'], parent: 'orders', parentColumns: ['id'] };

test('orphans are counted, nulls are none, and only digests are told unasked', async () => {
  const { url, run } = await place();
  const digest = createHash('sha256').update('[9]').digest('hex').slice(0, 16);
  expect(await run(orphans)).toMatchObject({ state: 'red', found: '2 orphans', examples: [digest] });
  expect((await run(orphans, 'values')).examples).toEqual(['[9]']);
  memoryServer.put(url, 'lines', [{ order: 3 }, { order: null }]);
  expect(await run(orphans)).toMatchObject({ state: 'green' });
  expect(await run({ ...orphans, parent: 'gone' } as Check)).toMatchObject({ state: 'red', found: 'there is no gone' });
});

test('the newest row is held against the instant, and what is no time is none', async () => {
  const { run } = await place();
  const check = (withinMs: number, of = 'orders'): Check => ({ kind: 'newestRow', of, column: 'at', withinMs });
  expect(await run(check(3_600_000))).toMatchObject({ state: 'green', found: '2026-03-01T01:00:00.000Z' });
  expect(await run(check(3_599_999))).toMatchObject({ state: 'red' });
  expect(await run(check(1, 'lines'))).toMatchObject({ state: 'red', found: 'no row with a time' });
});

test('objects have to be there, and a check that it does not have is never green', async () => {
  const { run } = await place();
  expect(await run({ kind: 'objects', names: ['orders', 'lines'] })).toMatchObject({ state: 'green' });
  expect(await run({ kind: 'objects', names: ['orders', 'gone'] })).toMatchObject({ state: 'red' });
  expect(await run({ kind: 'integrity' })).toMatchObject({ state: 'not measured' });
});
