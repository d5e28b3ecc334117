import { createHash } from 'node:crypto';
import { createDocument } from '@mixmark-io/domino';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { makeReport } from '../../src/report/make-report.ts';
import type { Report } from '../../src/report/report.ts';
import { anyRecord } from './any-record.ts';
import { goodRun } from './records.ts';
import { hostile, variants } from './variants.ts';

interface Element {
  tagName: string;
  className: string;
  textContent: string;
  attributes: ArrayLike<{ name: string; value: string }>;
  getAttribute(name: string): string;
}
interface Page {
  querySelectorAll(selector: string): ArrayLike<Element>;
}

const all = (page: Page, selector: string): Element[] => Array.from(page.querySelectorAll(selector));
const open = (report: Report): Page => createDocument(renderHtml(report)) as Page;
const texts = (page: Page, selector: string): string[] => all(page, selector).map((one) => one.textContent.trim());
const reports = Object.entries(variants);
const chipsOfTiles = (page: Page) => all(page, '.tile .chip').map((one) => [one.textContent, one.className] as const);

describe('the page of a report', () => {
  it('is what it was', async () => {
    await expect(renderHtml(variants.succeeded)).toMatchFileSnapshot('golden/succeeded.html');
  });

  it('is the same of the same report', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const report = makeReport(record);
        expect(renderHtml(JSON.parse(JSON.stringify(report)))).toBe(renderHtml(report));
      }),
      { numRuns: 25 },
    );
  });

  it.each(reports)('answers first, then each question with its verdict: %s', (_, report) => {
    const page = open(report);
    const [first] = texts(page, 'h1');
    expect(first).toMatch(/^(Yes, we made it|No, we did not make it|Partly|Not measured|A plan)/);
    expect(texts(page, '.tile h2')).toEqual([
      'How long did it take?',
      'What was lost?',
      'Is the data the same?',
      'What was slow?',
      'Was anything left out?',
      'Who decided?',
    ]);
    for (const link of all(page, '.tile a')) expect(all(page, link.getAttribute('href'))).toHaveLength(1);
    expect(texts(page, '.clock h3')).toEqual(['business', 'declared', 'machine']);
  });

  it('never shows as met what is not', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const report = makeReport(record);
        const page = open(report);
        const [rto, rpo] = chipsOfTiles(page);
        expect(rto).toEqual([`RTO ${report.rto.verdict}`, expect.any(String)]);
        expect(rto?.[1].includes('good')).toBe(report.rto.verdict === 'met');
        expect(rpo).toEqual([`RPO ${report.loss.verdict}`, expect.any(String)]);
        expect(rpo?.[1].includes('good')).toBe(report.loss.verdict === 'met');
        expect(all(page, '.banner.good')).toHaveLength(report.headline.answer === 'yes' ? 1 : 0);
        for (const chip of all(page, '.chip.good')) expect(chip.textContent).not.toContain('not measured');
      }),
      { numRuns: 40 },
    );
  });

  it('is loud about break-glass before any number', () => {
    const text = renderHtml(variants['break-glass']);
    const loud = text.indexOf('Break-glass: nobody proved who they are');
    expect(loud).toBeGreaterThan(0);
    expect(loud).toBeLessThan(text.indexOf('class="tiles"'));
    expect(texts(open(variants['break-glass']), '.alarm li')[0]).toContain('nobody answers the phone');
  });

  it('says what was left out, who said so and why', () => {
    const [skipped] = texts(open(variants.partly), '#left-out .lines > li');
    expect(skipped).toContain('skipped do probe after');
    expect(skipped).toContain('the shop has no health page today decided by grace, ada');
    expect(texts(open(variants.planned), '#left-out')[0]).toContain('none of its steps was executed');
    expect(texts(open(variants.succeeded), '#left-out')[0]).toContain('the work of all 6 planned steps stands');
  });

  it('lists every object that differs, and opens the equal ones on demand', () => {
    const page = open(variants.unequal);
    const shown = texts(page, '#equality td:last-child');
    expect(shown.slice(0, 3)).toEqual(['different', 'different', 'equal']);
    expect(shown).toHaveLength(2 + 200);
    expect(texts(page, '#equality details tr')).toHaveLength(201);
    expect(texts(page, '#equality')[0]).toContain('and 58 more');
  });

  it('shows the checks of the estate, and none where there are none', () => {
    expect(texts(open(variants.succeeded), '#checks .chip')).toEqual([
      '1 green, 1 not measured',
      'not measured',
      'green',
    ]);
    expect(all(open(variants.missed), '#checks')).toEqual([]);
  });
});

describe('the page of an enormous run', () => {
  const html = renderHtml(variants.enormous);
  const page = createDocument(html) as Page;

  it('has less than 2 MB and holds every step', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
    for (const n of [0, 777, 1949]) expect(html).toContain(`restore table ${n} of orders-db beside`);
    expect(all(page, '.log tbody tr').length).toBeGreaterThan(1950);
  });

  it('draws what tells most, and of the rest how much it is', () => {
    const names = texts(page, '.gantt.wide text');
    expect(names.length).toBeLessThan(400);
    expect(names.filter((name) => name.startsWith('restore table 97 '))).toHaveLength(1);
    expect(names).toContain('and 49 more steps');
    expect(names).toContain('3m 9s, 50 steps');
  });

  it('groups the steps that never started', () => {
    expect(texts(page, '#left-out .lines > li')[0]).toContain('not executed 50 steps');
  });
});

describe('whatever names and sentences hold', () => {
  const legal =
    /^(html|head|meta|title|style|body|header|main|footer|section|h[123]|p|span|small|strong|code|time|ul|li|dl|dt|dd|div|br|bdi|a|details|summary|table|caption|thead|tbody|tr|th|td|svg|g|path|rect|line|text|tspan)$/;
  const illegal = /^(on.*|style|src|srcset|action|formaction)$/i;
  const guard = (page: Page): void => {
    const odd = all(page, '*').flatMap(({ tagName, attributes }) => [
      ...(legal.test(tagName.toLowerCase()) ? [] : [tagName]),
      ...Array.from(attributes, ({ name }) => name).filter((name) => illegal.test(name)),
    ]);
    expect(odd).toEqual([]);
    expect(all(page, 'style')).toHaveLength(1);
    const links = all(page, 'a').map((link) => link.getAttribute('href'));
    expect(links.filter((link) => !/^(#[a-z-]+$|https?:\/\/)/.test(link))).toEqual([]);
  };

  it.each(reports)('nothing of it is markup: %s', (_, report) => guard(open(report)));

  it('nothing of it is markup, whatever it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(hostile, '\ud800', '</title><b>', '" onclick="x'),
    );
    fc.assert(
      fc.property(anyRecord, text, text, (record, name, sentence) => {
        const plan = { ...record.plan, run: name, targets: [name], runbook: name };
        const notes = [{ at: record.startedAt, says: sentence }];
        const where = { namespace: name, execution: name, ui: 'https://temporal.example' };
        guard(open(makeReport({ ...record, plan, notes, because: sentence }, where)));
      }),
      { numRuns: 30 },
    );
  });

  it('it is shown as it is, with what cannot be seen made visible', () => {
    const [object] = texts(open(variants.hostile), '#equality bdi');
    expect(object).toBe(
      hostile
        .replace('\u202e', '\\u{202e}')
        .replace('\u2069', '\\u{2069}')
        .replace('\0', '\\u{0}')
        .replace('\n', '\\u{a}'),
    );
  });

  it('a line break in a sentence is a line break', () => {
    expect(renderHtml(variants.succeeded)).toContain('grace: looked at the counts<br>and at the newest order');
  });
});

describe('a page that goes nowhere', () => {
  const html = renderHtml(variants.succeeded);
  const page = createDocument(html) as Page;

  it('allows its own style sheet by digest, and nothing else', () => {
    const [style] = texts(page, 'style');
    const [policy] = all(page, 'meta[http-equiv="Content-Security-Policy"]');
    const digest = createHash('sha256')
      .update(/<style>([\s\S]*)<\/style>/.exec(html)?.[1] ?? '')
      .digest('base64');
    expect(style).toContain(':root');
    expect(policy?.getAttribute('content')).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
    );
    expect(html).not.toMatch(/url\(|@import|<script|<link|<img/);
  });

  it('leads into the Temporal UI where its address is known, and else says what to look for', () => {
    const links = (report: Report) => all(open(report), '#origins a').map((one) => one.getAttribute('href'));
    expect(links(variants.succeeded)).toEqual([
      'http://127.0.0.1:8233/namespaces/default/workflows/restoreStore%2Forders-db%2FINC-1/0197e0f2-5c1e-7d2e-9a3f-0c1d2e3f4a5b/history',
    ]);
    expect(links(variants.missed)).toEqual([]);
    expect(texts(open(variants.missed), '#origins')[0]).toContain('the address of the Temporal UI is not known here');
    expect(links(variants.unequal)).toEqual([]);
    expect(links(variants.hostile)).toEqual([]);
  });

  it('keeps no password that somebody wrote into the address of the UI', () => {
    const where = { namespace: 'default', execution: 'e', ui: 'https://user:hunter22@temporal.example/ui/' };
    const text = renderHtml(makeReport(goodRun(), where));
    expect(text).toContain('href="https://temporal.example/ui/namespaces/default/');
    expect(text).not.toContain('hunter22');
  });
});
