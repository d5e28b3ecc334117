// Rows C3 C6 of docs/coverage.md.
import { expect, it } from 'vitest';
import type { CheckRow } from '../../src/domain/checks.ts';
import type { RunRecord, StepRecord } from '../../src/domain/run.ts';
import { makeReport } from '../../src/report/make-report.ts';
import { renderMarkdown } from '../../src/report/render-markdown.ts';
import { done, fact, goodRun, steps } from './records.ts';

const tick = (record: RunRecord, item: string) => makeReport(record).checklist.find((one) => one.item === item)?.state;

it('shows what checks found, and takes nothing for green that was not measured', () => {
  const row = (state: CheckRow['state']): CheckRow => ({
    check: 'orphans',
    says: 'every items (order) is in orders (id)',
    state,
    expected: '0 orphans',
    found: '2 orphans',
  });
  const { plan } = goodRun();
  const phases = [...plan.phases, { id: 'prove', says: 'prove it', steps: [steps.checks] }];
  const withChecks = (more: Partial<StepRecord>): RunRecord =>
    goodRun({ plan: { ...plan, phases }, steps: [...goodRun().steps, done(steps.checks, 'prove', 105, 109, more)] });
  const ended = (...states: CheckRow['state'][]) => withChecks({ fact: fact(105, 109, { checks: states.map(row) }) });
  const item = 'checks of the estate green';

  expect(tick(ended('green', 'green'), item)).toBe('yes');
  expect(tick(ended('green', 'not measured'), item)).toBe('not measured');
  expect(tick(ended(), item)).toBe('not measured');
  expect(tick(withChecks({ state: 'waiting' }), item)).toBe('not measured');
  expect(tick(ended('not measured', 'red', 'green'), item)).toBe('no');
  expect(makeReport(ended('green', 'red', 'not measured')).checks).toEqual([
    { step: 'checks', target: 'orders-db', rows: [row('red'), row('not measured'), row('green')] },
  ]);

  const { fact: _, ...failed } = done(steps.checks, 'prove', 105, 109);
  const refused = { ...failed, state: 'failed' as const, evidence: { checks: [row('red')] } };
  const record = { ...ended('green'), steps: [...goodRun().steps, refused] };
  expect(makeReport(record).checks[0]?.rows).toEqual([row('red')]);
  expect(tick(record, item)).toBe('no');
  expect(renderMarkdown(makeReport(record))).toContain('**red** | 0 orphans | 2 orphans');
});
