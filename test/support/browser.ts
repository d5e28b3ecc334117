import { type Browser, chromium } from 'playwright-core';
import { DrError } from '../../src/domain/errors.ts';
import { resolveChromium } from '../../src/local/components/chromium.ts';

const quiet = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** A browser, or the reason why none can be had. */
export const openBrowser = async (): Promise<{ browser: Browser } | { whyNot: string }> => {
  try {
    const executablePath = await resolveChromium();
    return { browser: await chromium.launch({ executablePath, headless: true, args: quiet }) };
  } catch (error) {
    if (!(error instanceof DrError)) throw error;
    return { whyNot: `no browser: ${error.message}` };
  }
};
