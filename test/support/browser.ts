import { type Browser, chromium } from 'playwright-core';
import { resolveChromium } from '../../src/local/components/chromium.ts';

const quiet = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** @throws DrError `missing` where no browser can be had */
export const openBrowser = async (): Promise<Browser> =>
  chromium.launch({ executablePath: await resolveChromium(), headless: true, args: quiet });
