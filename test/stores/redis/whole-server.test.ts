import { redis } from '../../../src/stores/redis/index.ts';
import { storeConformance } from '../conformance.ts';
import { serverLab } from './lab.ts';

/** A whole server is a place: it is served its data, and can be fenced. */
storeConformance({
  kind: redis,
  module: { href: new URL('../../../src/stores/redis/index.ts', import.meta.url).href, exportName: 'redis' },
  can: { fence: true, canary: true, checks: true },
  selects: { parts: false, existing: true, owners: false },
  nameOf: (object) => `db0/${object}`,
  longestName: 200,
  bigRows: 1_500,
  hasNoEmpty: true,
  start: serverLab,
});
