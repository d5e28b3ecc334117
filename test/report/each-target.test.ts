// One run, several targets: each has its own verdicts, and the slowest or the worst decides for all.
import { createDocument } from '@mixmark-io/domino';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { makeReport } from '../../src/report/make-report.ts';
import { renderMarkdown } from '../../src/report/render-markdown.ts';
import type { Report } from '../../src/report/report.ts';
import { backupRun, estateRun } from './estate-runs.ts';
import { goodRun } from './records.ts';

interface Page {
  querySelectorAll(selector: string): ArrayLike<{ textContent: string }>;
}
const texts = (report: Report, selector: string): string[] => {
  const page = createDocument(renderHtml(report)) as Page;
  return Array.from(page.querySelectorAll(selector), (one) => one.textContent.replaceAll(/\s+/g, ' ').trim());
};

/** Without the target that no service stands on. */
const measured = (told: Parameters<typeof estateRun>[0] = {}): RunRecord => {
  const record = estateRun(told);
  return { ...record, plan: { ...record.plan, targets: ['orders-db', 'docs'] } };
};
const verdicts = (report: Report) => report.targets.map(({ target, rto }) => [target, rto.business, rto.verdict]);

describe('the recovery time of several targets', () => {
  it('is that of each up to the last service that stands on it, and of all that of the slowest', () => {
    const report = makeReport(measured({ healthy: { shop: 100, search: 140 } }));
    expect(verdicts(report)).toEqual([
      ['orders-db', 160, 'met'],
      ['docs', 200, 'met'],
    ]);
    expect(report.rto).toMatchObject({ business: 200, objectiveSeconds: 900, verdict: 'met' });
    expect(report.headline.says).toContain(
      'RTO met: 3m 20s of 15m on the business clock (docs, the slowest of 2 targets)',
    );
    expect(report.clocks.find(({ decides }) => decides)?.to?.at).toBe(
      report.stamps.find(({ stamp }) => stamp === 'healthy')?.at,
    );
  });

  it('is missed when one target missed its own, however slow others were allowed to be', () => {
    const report = makeReport(measured({ healthy: { shop: 290, search: 400 } }));
    expect(verdicts(report)).toEqual([
      ['orders-db', 350, 'missed'],
      ['docs', 460, 'met'],
    ]);
    expect(report.rto).toMatchObject({ business: 350, objectiveSeconds: 300, verdict: 'missed' });
    expect(report.headline).toMatchObject({
      answer: 'no',
      says: expect.stringContaining('(orders-db, one of 2 targets)'),
    });
  });

  it('is not measured while one target has no green probe: others do not stand for it', () => {
    const report = makeReport(measured({ healthy: { shop: 100, search: null } }));
    expect(verdicts(report)).toEqual([
      ['orders-db', 160, 'met'],
      ['docs', null, 'not measured'],
    ]);
    expect(report.headline.rto).toBe('not measured');
    const silent = makeReport(estateRun());
    expect(verdicts(silent).at(-1)).toEqual(['sessions', null, 'not measured']);
    expect(silent.headline.answer).not.toBe('yes');
  });

  it('is not met for the target whose data differs', () => {
    const report = makeReport(measured({ unequal: ['docs'] }));
    expect(verdicts(report).map(([, , verdict]) => verdict)).toEqual(['met', 'not measured']);
    expect(report.targets.map(({ isEqual }) => isEqual)).toEqual([true, false]);
    expect(report.headline.answer).toBe('no');
  });
});

describe('the loss of several targets', () => {
  it('is the worst of them, and says whose it is', () => {
    const late = { claimedSeconds: 700 };
    const report = makeReport(measured({ losses: { docs: late } }));
    expect(report.loss).toMatchObject({ verdict: 'missed', worstTarget: 'docs' });
    expect(report.headline.says).toContain('(docs, the worst of 2 targets)');
  });

  it('is judged by what each was promised, and by nothing for one that was promised nothing', () => {
    const record = measured({ losses: { docs: { objectiveSeconds: null }, 'orders-db': { objectiveSeconds: null } } });
    const objectives = {
      'orders-db': { rtoSeconds: 300, rpoSeconds: 30 },
      docs: { rtoSeconds: 900, rpoSeconds: null },
    };
    const report = makeReport({ ...record, plan: { ...record.plan, objectives } });
    expect(report.loss.targets.map(({ loss }) => loss?.verdict)).toEqual(['missed', 'not measured']);
  });
});

describe('one look', () => {
  it('finds a row for each target with its verdicts, its equality and its checks', () => {
    const report = makeReport(estateRun({ healthy: { shop: 100, search: 140 } }));
    expect(texts(report, '#targets tbody tr')).toEqual([
      expect.stringMatching(/orders-db.*met 2m 40s of 5m.*met 1m of 10m.*equal 1 object.*1 green/),
      expect.stringMatching(/docs.*met 3m 20s of 15m.*met 1m of 10m.*equal 1 object.*none ran/),
      expect.stringMatching(/sessions.*not measured nothing promised.*equal 1 object/),
    ]);
    expect(texts(report, '#targets p')).toEqual(['The instants that the sets show are 5s apart.']);
    const text = renderMarkdown(report);
    expect(text.indexOf('## Target by target')).toBeLessThan(text.indexOf('## Recovery time'));
    expect(text).toMatch(/\| orders-db +\| met, 2m 40s +\| met, 1m +\| equal, 1 objects +\| 1 green/);
  });

  it('finds nothing of the kind where one target is all there is', () => {
    const report = makeReport(goodRun());
    expect(texts(report, '#targets, #backups')).toEqual([]);
    expect(renderMarkdown(report)).not.toContain('## Target by target');
    expect(report.targets).toMatchObject([{ target: 'orders-db', rto: report.rto, isEqual: true }]);
  });
});

describe('a backup of several targets', () => {
  const report = makeReport(backupRun());

  it('lists every set with what it shows, its objects, rows and sizes', () => {
    expect(report.backups.map(({ target, rows, storedBytes }) => [target, rows, storedBytes])).toEqual([
      ['orders-db', 250_000, 9_000_000],
      ['docs', 1500, 1_100_000],
      ['sessions', 400, 12_000],
    ]);
    expect(texts(report, '#backups tbody tr')[0]).toMatch(/orders-db.*12.*250.000.*31 MB.*9 MB/);
    expect(renderMarkdown(report)).toMatch(
      /\| orders-db \| 20260301T023000Z-b2c3d4 \| .* \| +12 \| 250000 \| +31 MB \| +9 MB \|/,
    );
    expect(texts(report, '#targets')).toEqual([]);
  });

  it('says how far apart they are, from the first instant to the last', () => {
    expect(report.skewMs).toBe(3000);
    expect(report.headline.says).toContain('; 3 sets, 35.2 MB, 3s apart');
    expect(renderMarkdown(report)).toContain('The instants that the sets show are 3s apart.');
  });

  it('leaves a set out that was not proven', () => {
    const record = backupRun();
    const steps = record.steps.map((step) =>
      step.id === 'snapshot-docs' ? { ...step, state: 'skipped' as const } : step,
    );
    const partly = makeReport({ ...record, steps, outcome: 'partially-failed' });
    expect(partly.backups.map(({ target }) => target)).toEqual(['orders-db', 'sessions']);
    expect(partly.skewMs).toBe(2800);
  });
});
