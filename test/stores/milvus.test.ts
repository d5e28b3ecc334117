import { milvus } from '../../src/stores/milvus/index.ts';
import { fewNames } from './conformance/harness.ts';
import { storeConformance } from './conformance.ts';
import { conformanceLab } from './milvus/lab.ts';
import { legalName } from './milvus/names.ts';

storeConformance({
  kind: milvus,
  module: { href: new URL('../../src/stores/milvus/index.ts', import.meta.url).href, exportName: 'milvus' },
  can: { fence: false, canary: true, checks: true },
  selects: { parts: false, existing: true, owners: false },
  nameOf: legalName,
  longestName: 200,
  bigRows: 60,
  slow: { names: fewNames },
  start: conformanceLab,
});
