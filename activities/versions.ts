import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const versionIn = (path: string | URL): string =>
  (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;

/** What runs here: goes into plans, sets and reports. */
export const productVersions = (): Readonly<Record<string, string>> => ({
  'dr-runbooks': versionIn(new URL('../package.json', import.meta.url)),
  node: process.versions.node,
  temporal: versionIn(createRequire(import.meta.url).resolve('@temporalio/worker/package.json')),
});
