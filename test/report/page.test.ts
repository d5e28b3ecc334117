import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { openBrowser } from '../support/browser.ts';
import { variants } from './variants.ts';

const desk = { width: 1200, height: 900 };
const phone = { width: 360, height: 740 };
const names = Object.keys(variants) as (keyof typeof variants)[];
/** One of each look: what else there is differs in words. */
const kinds = ['succeeded', 'aborted', 'partly', 'drill', 'hostile', 'estate', 'backup'] as const;
const installMs = 600_000;

/** Pictures for whoever wants to look: DR_UI_PICTURES names the folder. */
const pictures = process.env.DR_UI_PICTURES;

describe('the page of a report in a browser', () => {
  let browser: Browser | null = null;
  let whyNot = '';
  let folder: string;
  let axe: string;

  beforeAll(async () => {
    const opened = await openBrowser();
    if ('whyNot' in opened) {
      whyNot = opened.whyNot;
      return;
    }
    browser = opened.browser;
    folder = await mkdtemp(join(tmpdir(), 'dr-report-'));
    for (const name of names) await writeFile(join(folder, `${name}.html`), renderHtml(variants[name]));
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  }, installMs);
  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });
  beforeEach(({ skip }) => {
    if (browser === null) skip(whyNot);
  });

  /** Opens a page and fails on whatever it asks of the network, complains about, or pops up. */
  const look = async (name: keyof typeof variants, see: (page: Page) => Promise<void>): Promise<void> => {
    const page = await browser!.newPage({ viewport: desk });
    const strange: string[] = [];
    page.on('request', (request) => request.url().startsWith('file:') || strange.push(request.url()));
    page.on('console', (message) => strange.push(message.text()));
    page.on('pageerror', (error) => strange.push(error.message));
    page.on('dialog', (dialog) => {
      strange.push(dialog.message());
      void dialog.dismiss();
    });
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    await see(page);
    await page.close();
    expect(strange).toEqual([]);
  };

  const picture = async (page: Page, name: string): Promise<void> => {
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  };

  const isTooWide = (page: Page) => page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');

  const barriers = async (page: Page, options: object): Promise<unknown> => {
    const without = { exclude: [['.log']] };
    const { violations } = await page.evaluate<AxeResults>(
      `axe.run(${JSON.stringify(without)}, ${JSON.stringify({ ...options, resultTypes: ['violations'] })})`,
    );
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return grave.map(({ id, nodes }) => ({ id, first: nodes[0]?.html }));
  };

  it.each(kinds)('can be read by everybody, in light and dark: %s', async (name) => {
    await look(name, async (page) => {
      await page.evaluate(axe);
      expect(await barriers(page, {})).toEqual([]);
      await picture(page, `${name}-light`);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await barriers(page, { runOnly: ['color-contrast'] })).toEqual([]);
      await picture(page, `${name}-dark`);
    });
  });

  it.each(names)('fits a desk and a phone without scrolling sideways: %s', async (name) => {
    await look(name, async (page) => {
      await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
      expect(await isTooWide(page)).toBe(false);
      await page.setViewportSize(phone);
      expect(await isTooWide(page)).toBe(false);
      expect(await page.locator('.gantt.wide').isVisible()).toBe(false);
      expect(await page.locator('.gantt.narrow').count()).toBe(name === 'planned' ? 0 : 1);
      await picture(page, `${name}-phone`);
    });
  });

  it('follows the theme, and is light on paper', async () => {
    const colours = (page: Page) =>
      page.evaluate<string[]>(
        "[getComputedStyle(document.body).backgroundColor, ...[...document.querySelectorAll('.bullet rect, .gantt rect')].map((one) => getComputedStyle(one).fill)]",
      );
    await look('succeeded', async (page) => {
      const light = await colours(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await colours(page);
      expect(dark.filter((colour, at) => colour === light[at])).toEqual([]);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      expect(await colours(page)).toEqual(['rgb(255, 255, 255)', ...light.slice(1)]);
    });
  });

  it('opens on paper what is folded on the screen, but not the log of an enormous run', async () => {
    const seen: boolean[] = [];
    for (const name of ['succeeded', 'enormous'] as const) {
      await look(name, async (page) => {
        expect(await page.locator('.log').isVisible()).toBe(false);
        await page.emulateMedia({ media: 'print' });
        seen.push(await page.locator('.log').isVisible());
      });
    }
    expect(seen).toEqual([true, false]);
  });

  it('is printed on A4 in a few pages', async () => {
    await look('succeeded', async (page) => {
      const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
      expect(pdf).toMatch(/\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
      expect(Number(/\/Count (\d+)/.exec(pdf)?.[1])).toBeLessThanOrEqual(6);
    });
  });
});
