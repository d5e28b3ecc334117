import { Connection } from '@temporalio/client';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { freshBucket, freshDatabase, pgBin, temporalServer, timeSkippingExecutable } from '../../support/servers.ts';

test('a test gets an empty PostgreSQL 16 database that can have vectors', async () => {
  await using database = await freshDatabase();
  const client = new Client({ connectionString: database.url });
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

test('a test gets the shared Temporal server', async () => {
  const { address } = await temporalServer();
  const connection = await Connection.connect({ address });
  await connection.workflowService.describeNamespace({ namespace: 'default' });
  await connection.close();
});

test('the programs have a path', async () => {
  expect(await pgBin()).toMatch(/bin$/);
  expect(await timeSkippingExecutable()).toMatch(/temporal-test-server$/);
});
