import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import type { Runbook } from '../../src/domain/plan.ts';
import { factsOf, inputOf, planOf, targetOf } from './facts.ts';

test('the runbook in docs/adding-a-runbook.md makes a plan as it stands there', async () => {
  const docs = await readFile('docs/adding-a-runbook.md', 'utf8');
  const code = stripTypeScriptTypes(docs.match(/```ts\n([\s\S]*?)```/)?.[1] ?? '');
  const module: { checkStores: Runbook } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const facts = factsOf('live', [targetOf('orders-db'), targetOf('users-db')]);
  const plan = planOf(module.checkStores, facts, inputOf('live'));
  expect(plan.phases[0]?.steps.map(({ id }) => id)).toEqual(['ready-orders-db', 'ready-users-db']);
  expect(plan.locks).toEqual([]);
});
