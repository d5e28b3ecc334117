import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { connectClient, connectWorker } from '../../src/temporal/connect.ts';
import { sendMessage, startRun } from '../../src/temporal/runs.ts';
import { freshNamespace } from '../support/servers.ts';

test('a message that no worker answers ends as unreachable, and says where to look', async () => {
  const { address, namespace } = await freshNamespace('silence');
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const run = await startRun(client, 'restoreStore', { target: 'db' });
  await expect(sendMessage(client, run.workflowId, 'hold', {})).rejects.toMatchObject({
    kind: 'unreachable',
    hint: expect.stringContaining('is a worker up'),
  });
  await run.terminate();
  await connection.close();
});

test('a server that is not there is named, with what to do', async () => {
  process.env.TEMPORAL_ADDRESS = '127.0.0.1:1';
  const expected = {
    kind: 'unreachable',
    message: expect.stringContaining('127.0.0.1:1'),
    hint: expect.stringContaining('dr up'),
  };
  await expect(connectClient()).rejects.toMatchObject(expected);
  await expect(connectWorker()).rejects.toMatchObject(expected);
});
