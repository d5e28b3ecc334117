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

test('a report is kept as JSON and Markdown, without secrets, and answers with what it says', async () => {
  const bench = await openBench();
  const record = await recordOf(bench);
  const facts = await bench.desk.writeReport({ record });
  expect(facts.kept).toEqual([
    expect.stringMatching(/^runs\/2026\/01\/.*\/report\.json$/),
    expect.stringMatching(/^runs\/2026\/01\/.*\/report\.md$/),
  ]);
  expect(facts).toMatchObject({ rto: { verdict: 'not measured' }, loss: null, says: expect.stringMatching(/\w/) });
  expect(JSON.parse(await read(bench, 'report.json'))).toMatchObject({ format: 1, run: { outcome: 'failed' } });
  for (const name of ['report.json', 'report.md']) {
    const text = await read(bench, name);
    expect(text.replaceAll('\\', '')).toContain('login failed for postgres://app:***@db/orders');
    expect(text).not.toContain('hunter22');
  }
});

test('a report written again is the same one', async () => {
  const bench = await openBench();
  const record = await recordOf(bench);
  const first = await bench.desk.writeReport({ record });
  expect(await bench.desk.writeReport({ record })).toEqual(first);
});

test('a place that the register knows to be left is a finding, once', async () => {
  const bench = await openBench();
  const record = await recordOf(bench);
  const { site } = bench.made('beside');
  await bench.call('providePlace', { site });
  await bench.desk.writeReport({ record });
  const { findings } = JSON.parse(await read(bench, 'report.json'));
  expect(findings).toEqual([
    { says: `place ${site.place.id} was made by this run and is still there`, isFailure: true },
  ]);

  const told = { says: `place ${site.place.id}, made by step provide, stays`, isFailure: false };
  const again = { ...record, startedAt: '2026-02-01T00:00:00.000Z', findings: [told] };
  const { kept } = await bench.desk.writeReport({ record: again });
  expect(kept[0]).toMatch(/^runs\/2026\/02\//);
});
