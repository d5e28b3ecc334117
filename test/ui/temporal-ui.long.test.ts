// W4: a recovery in the Temporal UI alone, as an engineer does it at night.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openWorld } from '../../activities/open-world.ts';
import { readEstate } from '../../src/estate/read-estate.ts';
import { type MemoryEstate, memoryEstate } from '../cli/in-process.ts';
import { openBrowser } from '../support/browser.ts';
import { startHealthyService } from '../support/healthy-service.ts';
import { codeFor, startInProcessWorker } from '../support/in-process-worker.ts';
import { freshNamespace } from '../support/servers.ts';
import type { SharedTemporal } from '../support/shared-servers.ts';
import { type RunPage, startInForm } from './temporal-page.ts';

const secrets = { ada: 'JBSWY3DPEHPK3PXP', grace: 'KRSXG5DSN5XGOLLU' } as const;

/** Pictures for whoever wants to look: DR_UI_PICTURES names the folder. */
const pictures = process.env.DR_UI_PICTURES;
const picture = async (page: Page, name: string): Promise<void> => {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
};

const ends: (() => unknown)[] = [];

describe('the Temporal UI', () => {
  let browser: Browser | null = null;
  let whyNot = '';
  let temporal: SharedTemporal;
  let estate: MemoryEstate;
  let page: Page;
  let runs = 0;

  beforeAll(async () => {
    const opened = await openBrowser();
    if ('whyNot' in opened) {
      whyNot = opened.whyNot;
      return;
    }
    browser = opened.browser;
    const { health, close } = await startHealthyService();
    ends.push(close);
    const people = Object.entries(secrets).map(([id, secret]) => {
      process.env[`CODE_OF_${id}`] = secret;
      return `  ${id}: { name: ${id}, code: 'env:CODE_OF_${id}' }`;
    });
    const more = `    services: [shop]\nservices:\n  shop: { health: '${health}', greens: 1 }\npeople:\n${people.join('\n')}\n`;
    estate = await memoryEstate(more, '{ rto: 30m, rpo: 1h }', (end) => ends.push(end));
    expect((await estate.dr(['snapshot', 'orders-db'])).code).toBe(0);
    temporal = await freshNamespace('ui');
    const worker = await startInProcessWorker(await openWorld(await readEstate(estate.path)), temporal);
    ends.push(worker.stop);
  });
  afterAll(async () => {
    await browser?.close();
    for (const end of ends.reverse()) await end();
  });
  beforeEach(async ({ skip }) => {
    if (browser === null) return skip(whyNot);
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.setDefaultTimeout(20_000);
    return () => page.close();
  });

  const start = (json: string, runbook = 'restoreStore'): Promise<RunPage> => {
    runs += 1;
    return startInForm(page, temporal, { runbook, id: `night-${runs}`, json });
  };

  /** What no rendered text may show: signs of one language in the page of another. */
  const artefacts = /\\u|\u00a0\S|&\w+;|&#\d+;|\\[_*|<]|\*\*|\[object|undefined|NaN/;

  test('a recovery, from the form to the end: the next action comes first, with what to paste', async () => {
    const run = await start('{"target":"orders-db","mode":"live"}');
    const waiting = await run.detailsWith(/different people decide/);
    await picture(page, 'approving');
    expect(waiting).toMatch(
      /^Next: 2 different people decide by [\dTZ:.-]+: Stop writes at .*\? .* Update approve with \{"code":"123456"\}, or deny\n/,
    );
    expect(waiting).toContain('abort {"why":"…"}');
    expect(waiting).not.toMatch(artefacts);
    expect(await run.row('Load the data')).toEqual([
      'restore',
      'Load the data, on every worker that listens',
      'done',
      expect.stringMatching(/\d(ms|s)$/),
      expect.stringMatching(/^\d+ units of stage data applied in \d+ batch/),
    ]);

    expect(await run.send('approve', '{"cod":"1"}')).toEqual({
      ok: false,
      says: expect.stringMatching(/no field "cod"; legal: code, .*\{"code":"123456"\}.*\. hint: nothing was changed$/s),
    });
    await picture(page, 'refused');
    expect(await run.send('approve', `{"code":"${codeFor(secrets.ada)}"}`)).toMatchObject({ ok: true });
    await run.detailsWith(/Last message: .* approve: ada approved gate approve-switch; 1 more needed\n/);
    expect(await run.send('approve', `{"code":"${codeFor(secrets.grace)}"}`)).toMatchObject({ ok: true });
    const done = await run.detailsWith(/^succeeded/);
    await picture(page, 'succeeded');
    expect(done).toMatch(
      /^succeeded: restoreStore of orders-db in live mode succeeded; RTO not measured: .*report\.html\n/,
    );
    expect(done).not.toContain('Updates (More Actions');
    expect(done).not.toMatch(artefacts);
    expect(await run.result()).toContain('"outcome": "succeeded"');
  });

  test('a plan, read before it is done, and what to paste to do it', async () => {
    const run = await start('{"target":"orders-db"}');
    const planned = await run.detailsWith(/^planned/);
    await picture(page, 'planned');
    expect(planned).toContain(
      'start restoreStore again with {"target":"orders-db","mode":"live","set":"latest"}, or mode',
    );
    expect(planned).toContain('opens: 2 different proven people (disruptive); closes as denied after 2h');
    expect(planned).not.toMatch(artefacts);
    expect(await (await run.details()).getByRole('listitem').count()).toBeGreaterThan(30);
  });

  test('hold, resume and abort are said, whatever people type as their reason', async () => {
    const run = await start('{"target":"orders-db","mode":"live","incident":"INC-7"}');
    await run.detailsWith(/different people decide/);
    const why = 'one\nmoment | <b>please</b> _now_ -- {workflowId}';
    expect(await run.send('hold', JSON.stringify({ why }))).toMatchObject({ ok: true });
    const held = await run.detailsWith(/hold: /);
    await picture(page, 'held');
    const said = 'one — moment | <b>please</b> _now_ -- {workflowId}';
    expect(held).toContain(`on-call resumes (on hold: ${said}): Update resume with {}`);
    expect(held).toContain(`steps that run now run on (${said})`);
    expect(await run.send('hold', '{}')).toMatchObject({ ok: false, says: expect.stringContaining('on hold already') });
    expect(await run.send('resume', '{}')).toMatchObject({ ok: true });
    expect(await run.send('abort', '{}')).toMatchObject({ ok: false, says: expect.stringContaining('{"why":"…"}') });
    expect(await run.send('abort', '{"why":"a false alarm"}')).toMatchObject({ ok: true });
    const aborted = await run.detailsWith(/^aborted/);
    await picture(page, 'aborted');
    expect(aborted).toMatch(/^aborted: restoreStore of orders-db in live mode aborted \(a false alarm\);/);
    expect(aborted.match(/a false alarm/g)!.length).toBeLessThanOrEqual(3);
    expect(await run.result()).toContain('"outcome": "aborted"');
    expect(await run.row('Make orders-db/beside')).toEqual(expect.arrayContaining(['undone']));
  });

  const example = '{"target":"orders-db","mode":"plan"}';
  test.each([
    ['{}', 'restoreStore needs a target; targets: orders-db', '{"target":"orders-db"}'],
    ['', 'restoreStore needs a target; targets: orders-db', '{"target":"orders-db"}'],
    ['null', 'restoreStore needs a target; targets: orders-db', '{"target":"orders-db"}'],
    ['[1, 2]', 'expected {…}, found a list', example],
    ['"orders-db please"', 'expected {…}, found a text', example],
    ['{"target":"order-db"}', 'no target "order-db" in the estate; did you mean "orders-db"?', 'legal: orders-db'],
  ])('input %s fails at once, with what to type instead', async (json, says, instead) => {
    const run = await start(json);
    const details = await run.detailsWith(/^failed: /);
    await picture(page, `input-${runs}`);
    expect(details.replaceAll(/[“”]/g, '"')).toContain(says);
    expect(details).toContain(instead);
    expect(details).not.toMatch(artefacts);
    expect((await run.result()).replaceAll('\\"', '"')).toContain(says);
  });
});
