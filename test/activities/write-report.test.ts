import { expect, test } from 'vitest';
import type { RunRecord } from '../../src/domain/run.ts';
import { type Bench, openBench } from './bench.ts';

const set = '20260131T020000Z-3f9a1c';

const recordOf = async (bench: Bench): Promise<RunRecord> => {
  await bench.call('takeSnapshot', { site: bench.primary, set });
  const at = '2026-01-31T14:00:00.000Z';
  const raw = { target: 'orders-db', mode: 'live' };
  const plan = await bench.desk.freezePlan({ runbook: 'restoreStore', run: 'run-1', at, raw });
  return {
    plan,
    outcome: 'failed',
    startedAt: at,
    endedAt: '2026-01-31T14:10:00.000Z',
    stamps: { started: { at, source: 'history' } },
    steps: [],
    decisions: [],
    waits: [],
    notes: [],
    findings: [],
    because: 'login failed for postgres://app:hunter22@db/orders',
  };
};

const read = async (bench: Bench, name: string): Promise<string> =>
  Buffer.from(await bench.world.vault.runs.read('run-1', name)).toString();

test('a report is kept as JSON, Markdown and a page, without secrets, and answers with what it says', async () => {
  const bench = await openBench();
  const record = await recordOf(bench);
  const facts = await bench.desk.writeReport({ record });
  expect(facts.kept).toEqual([
    expect.stringMatching(/^runs\/2026\/01\/.*\/report\.json$/),
    expect.stringMatching(/^runs\/2026\/01\/.*\/report\.md$/),
    expect.stringMatching(/^runs\/2026\/01\/.*\/report\.html$/),
  ]);
  expect(facts).toMatchObject({ rto: { verdict: 'not measured' }, loss: null, says: expect.stringMatching(/\w/) });
  expect(JSON.parse(await read(bench, 'report.json'))).toMatchObject({ format: 1, run: { outcome: 'failed' } });
  for (const name of ['report.json', 'report.md', 'report.html']) {
    const text = await read(bench, name);
    expect(text.replaceAll('\\', '')).toContain('login failed for postgres://app:***@db/orders');
    expect(text).not.toContain('hunter22');
  }
});

test('a report leads to the history of its run in the Temporal UI', async () => {
  const bench = await openBench();
  await bench.desk.writeReport({ record: await recordOf(bench) });
  const { temporal } = JSON.parse(await read(bench, 'report.json')).run;
  expect(temporal).toMatchObject({ ui: 'https://temporal.example/ui', execution: expect.any(String) });
  const { namespace, execution } = temporal;
  expect(await read(bench, 'report.html')).toContain(
    `href="https://temporal.example/ui/namespaces/${namespace}/workflows/run-1/${execution}/history"`,
  );
});

test('a report written again is the same one', async () => {
  const bench = await openBench();
  const record = await recordOf(bench);
  const first = await bench.desk.writeReport({ record });
  expect(await bench.desk.writeReport({ record })).toEqual(first);
});

const leftBehind = async (bench: Bench): Promise<string> => {
  const { site } = bench.made('beside');
  await bench.call('providePlace', { site });
  return site.place.id;
};

test('a place that the register knows to be left is a finding', async () => {
  const bench = await openBench();
  const record = await recordOf(bench);
  const id = await leftBehind(bench);
  await bench.desk.writeReport({ record });
  expect(JSON.parse(await read(bench, 'report.json')).findings).toEqual([
    { says: `place ${id} was made by this run and is still there`, isFailure: true },
  ]);
});

test('a place that the run itself said to be left is not said twice', async () => {
  const bench = await openBench();
  const record = await recordOf(bench);
  const told = { says: `place ${await leftBehind(bench)}, made by step provide, stays`, isFailure: false };
  await bench.desk.writeReport({ record: { ...record, findings: [told] } });
  expect(JSON.parse(await read(bench, 'report.json')).findings).toEqual([told]);
});
