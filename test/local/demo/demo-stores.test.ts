import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startOthers } from '../../../src/local/demo/demo-stores.ts';
import { withEnv } from '../../support/with-env.ts';

test('stores that a machine cannot run are left out, each with the reason and what to install', async () => {
  const nothing = mkdtempSync(join(tmpdir(), 'dr-no-programs-'));
  onTestFinished(() => rmSync(nothing, { recursive: true }));
  const { stores, leftOut } = await withEnv({ PATH: nothing }, () => startOthers(() => {}));
  expect(stores).toEqual([]);
  expect(leftOut.map(({ name, why, hint }) => [name, why.split(';')[0], hint.slice(0, 30)])).toEqual([
    ['MongoDB', 'component MongoDB not found', expect.stringContaining('mongod')],
    ['Milvus', 'component Milvus Lite not found', expect.stringContaining('Python')],
    ['Redis', 'component Redis not found', expect.stringContaining('redis-server')],
  ]);
  for (const { why } of leftOut) expect(why).toMatch(/PATH/);
});
