import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { startTemporal } from '../../../src/local/components/temporal.ts';

const say = (): void => undefined;

/** Starts a workflow that nobody runs and answers with its id. */
const start = async (address: string): Promise<string> => {
  const connection = await Connection.connect({ address });
  const workflowId = randomUUID();
  await new Client({ connection }).workflow.start('nobodyRunsIt', { workflowId, taskQueue: 'none' });
  await connection.close();
  return workflowId;
};
const stateOf = async (address: string, workflowId: string): Promise<string> => {
  const connection = await Connection.connect({ address });
  const { status } = await new Client({ connection }).workflow.getHandle(workflowId).describe();
  await connection.close();
  return status.name;
};

test('a durable server has its workflows again after a crash, on the same ports; the UI answers', async () => {
  await using server = await startTemporal({ durable: true, say });
  const workflow = await start(server.address);
  await server.kill();
  await server.restart();
  expect(await stateOf(server.address, workflow)).toBe('RUNNING');
  const page = await fetch(server.uiUrl);
  expect(page.status).toBe(200);
  expect(await page.text()).toMatch(/<html/i);
});

test('two servers at once do not see each other', async () => {
  const [one, other] = await Promise.all([startTemporal({ say }), startTemporal({ say })]);
  const workflow = await start(one.address);
  await expect(stateOf(other.address, workflow)).rejects.toThrow(/not found/i);
  await Promise.all([one.stop(), other.stop()]);
});
