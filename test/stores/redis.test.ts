// Row Y12 of docs/coverage.md.
import { redis } from '../../src/stores/redis/index.ts';
import type { Harness } from './conformance/harness.ts';
import { storeConformance } from './conformance.ts';
import { databaseLab } from './redis/lab.ts';

/** One numbered database is a place. */
export const harness: Harness<Parameters<typeof redis.units>[0]> = {
  kind: redis,
  module: { href: new URL('../../src/stores/redis/index.ts', import.meta.url).href, exportName: 'redis' },
  can: { fence: false, canary: true, checks: true },
  selects: { parts: false, existing: true, owners: false },
  nameOf: (object) => object,
  longestName: 200,
  bigRows: 1_500,
  hasNoEmpty: true,
  start: databaseLab,
};

storeConformance(harness);
