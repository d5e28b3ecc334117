import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeReport } from '../../src/report/make-report.ts';
import { plain } from '../../src/report/markdown.ts';
import { renderMarkdown } from '../../src/report/render-markdown.ts';
import { anyRecord } from './any-record.ts';
import { at, fact, goodRun } from './records.ts';

const render = (...more: Parameters<typeof goodRun>) => renderMarkdown(makeReport(goodRun(...more)));

describe('the Markdown report', () => {
  it('starts with the answer and shows every clock with its sources', () => {
    const text = render();
    expect(text).toMatch(/^# Yes, we made it\n\nrestoreStore of orders-db in live mode succeeded; RTO met/);
    expect(text).toMatch(/\| business \| 3m 40s +\| impact 2026-03-01T01:58:00.000Z \(alert\)/);
    expect(text).toMatch(/\| machine +\| 10s /);
    expect(text).toContain('| orders-db | met     | 1m      | 5s     | all present | 0    |');
  });

  it('never writes met where a verdict is not', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const report = makeReport(record);
        const text = renderMarkdown(report);
        expect(text.includes('**RTO met**')).toBe(report.rto.verdict === 'met');
        expect(text.includes('**RPO met**')).toBe(report.loss.verdict === 'met');
      }),
    );
  });

  it('is loud about break-glass, before anything else is told', () => {
    const text = render({
      decisions: [
        {
          gate: 'go',
          person: 'ada',
          answer: 'approve',
          proof: 'break-glass',
          plan: 'a'.repeat(64),
          at: at(90),
          why: 'nobody answers the phone',
        },
      ],
    });
    const loud = text.indexOf('> **BREAK-GLASS**: ada, whom nobody proved, answered approve at go: nobody answers');
    expect(loud).toBeGreaterThan(0);
    expect(loud).toBeLessThan(text.indexOf('| run'));
  });

  it('shows a hostile object name as exactly that name, in one cell', () => {
    const object = 'a|b`c`\n<img src=x> **loud** \u202e_x_ order_items';
    const good = goodRun();
    const text = renderMarkdown(
      makeReport({
        ...good,
        steps: good.steps.map((step) =>
          step.id === 'compare'
            ? { ...step, fact: fact(1, 2, { equality: [{ object, expectedRows: 1, foundRows: 0, equal: false }] }) }
            : step,
        ),
      }),
    );
    expect(text).toContain(
      '| a\\|b\\`c\\`\\\\u{a}\\<img src=x\\> \\*\\*loud\\*\\* \\\\u{202e}\\_x\\_ order_items |             1 |          0 | **different** |',
    );
  });

  it('shows line breaks of errors and notes as dashes, and an aborted run says why once in a sentence', () => {
    const says = 'two people called\r\n\n- joan\n  - ada\n';
    const failure = 'row count differs: expected 2, found 1\nhint: run dr verify';
    const good = goodRun();
    const text = renderMarkdown(
      makeReport({
        ...good,
        outcome: 'aborted',
        because: failure,
        notes: [{ at: good.startedAt, says }],
        findings: [{ says: failure, isFailure: true }],
      }),
    );
    expect(text).not.toMatch(/u\{(a|d)\}/);
    expect(text).toContain(`- ${good.startedAt} two people called — - joan — - ada\n`);
    expect(text).toContain('- **failure**: row count differs: expected 2, found 1 — hint: run dr verify\n');
    expect(text.split('\n')[2]).toContain('aborted (row count differs: expected 2, found 1 — hint: run dr verify);');
    expect(text).toMatch(/\| outcome +\| aborted: row count differs/);
  });

  it('keeps every line of text on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plain(text)).not.toMatch(/[\n\r\u2028\u2029]/);
      }),
    );
  });

  it('lists all objects that differ and at most 200 that are equal', () => {
    const row = (n: number) => ({ object: `t${n}`, expectedRows: 1, foundRows: 1, equal: n >= 300 });
    const equality = Array.from({ length: 600 }, (_, n) => row(n));
    const good = goodRun();
    const steps = good.steps.map((step) =>
      step.id === 'compare' ? { ...step, fact: fact(1, 2, { equality }) } : step,
    );
    const text = renderMarkdown(makeReport({ ...good, steps }));
    expect(text.match(/\*\*different\*\*/g)).toHaveLength(300);
    expect(text.match(/\| equal /g)).toHaveLength(200);
    expect(text).toContain('and 100 more, in the JSON report or the evidence beside it');
  });
});
