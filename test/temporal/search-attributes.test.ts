import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { searchAttributes } from '../../src/domain/attributes.ts';
import { checkSearchAttributes, registerSearchAttributes } from '../../src/temporal/search-attributes.ts';
import { temporalServer } from '../support/servers.ts';

let connection: Connection;
const namespace = `attributes-${randomUUID()}`;
beforeAll(async () => {
  const { address } = await temporalServer();
  connection = await Connection.connect({ address });
  const day = { seconds: 86_400 } as never;
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: day });
});
afterAll(() => connection.close());

test('a namespace that lacks them is refused with the command that adds them; registering twice is as good as once', async () => {
  const deadline = Date.now() + 20_000;
  const check = () =>
    checkSearchAttributes(connection, namespace).then(
      () => null,
      (error: unknown) => error,
    );
  let refused = await check();
  // A new namespace is not known everywhere at once.
  while (String(refused).includes('not found') && Date.now() < deadline) refused = await check();
  expect(refused).toMatchObject({
    kind: 'missing',
    message: expect.stringContaining('DrRunbook, DrMode'),
    hint: expect.stringMatching(/search-attribute create --namespace attributes-.*--name DrTargets --type KeywordList/),
  });
  await registerSearchAttributes(connection, namespace);
  await registerSearchAttributes(connection, namespace);
  await checkSearchAttributes(connection, namespace);
});

test('they fit what SQL visibility allows', () => {
  const count = (type: string) => Object.values(searchAttributes).filter((one) => one === type).length;
  expect(count('KEYWORD')).toBeLessThanOrEqual(10);
  expect(count('KEYWORD_LIST')).toBeLessThanOrEqual(3);
  expect(count('INT')).toBeLessThanOrEqual(3);
});
