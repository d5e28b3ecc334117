import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { expect, test } from 'vitest';
import {
  freshBucket,
  freshDatabase,
  freshNamespace,
  pgBin,
  temporalServer,
  timeSkippingExecutable,
} from '../../support/servers.ts';

test('a test gets an empty PostgreSQL 16 database that can have vectors', async () => {
  await using database = await freshDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('CREATE EXTENSION vector');
  const { rows } = await client.query<{ n: number }>(`SELECT '[1,2,3]'::vector <-> '[1,2,4]'::vector AS n`);
  expect(rows).toEqual([{ n: 1 }]);
  await client.end();
});

test('a test gets an empty bucket', async () => {
  const one = await freshBucket();
  const other = await freshBucket();
  expect(one.bucket).not.toBe(other.bucket);
  expect(one.endpoint).toBe(other.endpoint);
});

test.each([
  ['default', temporalServer],
  ['fresh', freshNamespace],
])('a test gets the shared Temporal server, in a %s namespace that knows the search attributes', async (_, get) => {
  const { address, namespace } = await get();
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const searchAttributes = { DrMode: ['drill'], DrTargets: ['orders-db', 'users-db'], DrProgress: [7] };
  const workflowId = randomUUID();
  const handle = await client.workflow.start('nobodyRunsIt', { workflowId, taskQueue: workflowId, searchAttributes });
  expect((await handle.describe()).searchAttributes).toMatchObject(searchAttributes);
  await handle.terminate();
  await connection.close();
});

test('the programs have a path', async () => {
  expect(await pgBin()).toMatch(/bin$/);
  expect(await timeSkippingExecutable()).toMatch(/temporal-test-server$/);
});
