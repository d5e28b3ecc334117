// Rows C3 C6 of docs/coverage.md.
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { Check } from '../../src/domain/checks.ts';
import type { Fact } from '../../src/domain/verbs.ts';
import { memoryServer } from '../../src/memory/server.ts';
import { type Bench, openBench, targetOf } from './bench.ts';

const set = '20260131T020000Z-3f9a1c';
const ids: Check = { kind: 'orphans', child: 'orders', columns: ['id'], parent: 'customers', parentColumns: ['id'] };
const there: Check = { kind: 'objects', names: ['orders', 'customers'] };

const benchWith = (checks: readonly Check[]): Promise<Bench> =>
  openBench({ targets: { 'orders-db': targetOf({ checks }) } });
const evidenceOf = async ({ world }: Bench): Promise<{ rows: unknown[]; at: string }> => {
  for await (const { run, name } of world.vault.runs.list()) {
    if (name.startsWith('checks-')) return JSON.parse(Buffer.from(await world.vault.runs.read(run, name)).toString());
  }
  throw new Error('no evidence was kept');
};
const refusalOf = async (promise: Promise<Fact>): Promise<ApplicationFailure> => {
  const thrown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof ApplicationFailure) return thrown;
  throw new Error('it was not refused');
};

test('green checks are a fact with their rows, and are kept as evidence', async () => {
  const bench = await benchWith([there]);
  const fact = await bench.call('runChecks', { site: bench.primary });
  expect(fact).toMatchObject({
    says: 'checks of orders-db/primary: 1 green',
    checks: [{ check: 'objects', state: 'green' }],
    findings: [],
  });
  expect((await evidenceOf(bench)).rows).toEqual(fact.checks);
});

test('a red check fails, permanently, with every row as evidence and no value of a row anywhere', async () => {
  const bench = await benchWith([there, ids]);
  memoryServer.put(bench.primaryUrl, 'orders', [{ id: 'ana@example' }]);
  const failure = await refusalOf(bench.call('runChecks', { site: bench.primary }));
  expect(failure).toMatchObject({ type: 'not-equal', nonRetryable: true });
  expect(failure.message).toContain(
    'a check is red: every orders (id) is in customers (id): expected 0 orphans, found 1',
  );
  const [{ evidence }] = failure.details as [{ evidence: { checks: { state: string; examples?: string[] }[] } }];
  expect(evidence.checks.map(({ state }) => state)).toEqual(['red', 'green']);
  expect(evidence.checks[0]!.examples![0]).toMatch(/^[0-9a-f]{16}$/);
  expect(JSON.stringify([failure.message, failure.details, await evidenceOf(bench)])).not.toContain('ana@');
});

test('integrity is run where it is asked for, once, and what was not measured is a finding', async () => {
  const bench = await benchWith([there]);
  const fact = await bench.call('runChecks', { site: bench.primary, integrity: true });
  expect(fact.checks!.map(({ check, state }) => [check, state])).toEqual([
    ['integrity', 'not measured'],
    ['objects', 'green'],
  ]);
  expect(fact.findings).toMatchObject([
    { isFailure: false, says: expect.stringContaining('not measured at orders-db') },
  ]);
  const both = await benchWith([{ kind: 'integrity' }]);
  expect((await both.call('runChecks', { site: both.primary, integrity: true })).checks).toHaveLength(1);
});

test('the newest row is held against the instant of the set, or against now without one', async () => {
  const newest: Check = { kind: 'newestRow', of: 'orders', column: 'at', withinMs: 3_600_000 };
  const bench = await benchWith([newest]);
  memoryServer.put(bench.primaryUrl, 'orders', [{ at: new Date().toISOString() }]);
  await bench.call('takeSnapshot', { site: bench.primary, set });
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  bench.world.now = () => tomorrow;
  expect((await bench.call('runChecks', { site: bench.primary, set })).checks).toMatchObject([{ state: 'green' }]);
  const failure = await refusalOf(bench.call('runChecks', { site: bench.primary }));
  expect(failure.message).toContain('the newest at of orders is at most 1h old');
});

test('more rows than a history should hold are cut, red ones last, and kept whole as evidence', async () => {
  const absent = Array.from(
    { length: 30 },
    (_, n): Check => ({ kind: 'objects', names: [`gone ${n} ${'x'.repeat(500)}`] }),
  );
  const bench = await benchWith([...Array.from({ length: 60 }, () => there), ...absent]);
  const failure = await refusalOf(bench.call('runChecks', { site: bench.primary }));
  const [{ evidence }] = failure.details as [{ evidence: { checks: { state: string; says: string }[] } }];
  expect(evidence.checks).toHaveLength(50);
  expect(evidence.checks.filter(({ state }) => state === 'red')).toHaveLength(30);
  expect(evidence.checks.every(({ says }) => says.length <= 300)).toBe(true);
  expect((await evidenceOf(bench)).rows).toHaveLength(90);
});

test('a damaged set names the one before it', async () => {
  const bench = await benchWith([]);
  await bench.call('takeSnapshot', { site: bench.primary, set });
  const whole = await bench.call('checkSet', { target: 'orders-db', set, older: 'older-set' });
  expect(whole.says).not.toContain('older-set');
  const { open } = bench.world.vault;
  bench.world.vault.open = async (...about) => ({
    ...(await open(...about)),
    check: async function* () {
      yield { stream: 'data/0/0', damage: 'chunk is gone' };
    },
  });
  const hint = async (older?: string) =>
    (await refusalOf(bench.call('checkSet', { target: 'orders-db', set, ...(older ? { older } : {}) }))).message;
  expect(await hint('older-set')).toContain('abort this run and start again with {"set":"older-set"}');
  expect(await hint()).toContain('restore another set');
});
