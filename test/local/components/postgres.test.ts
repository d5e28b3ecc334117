import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { startPostgres } from '../../../src/local/components/postgres.ts';
import { until } from '../../support/until.ts';

const say = (): void => undefined;
const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

test('two servers at once have ports, folders and passwords of their own, and keep the settings asked for', async () => {
  const settings = { max_connections: '33', 'test.note': "it's kept" };
  await using one = await startPostgres({ say, settings });
  await using other = await startPostgres({ say });
  expect(one.port).not.toBe(other.port);
  expect(one.dataDir).not.toBe(other.dataDir);
  const sql = `SELECT current_setting('max_connections') AS connections, current_setting('test.note', true) AS note`;
  expect(await query(one.url, sql)).toEqual([{ connections: '33', note: "it's kept" }]);
  expect(await query(other.url, sql)).toEqual([{ connections: '200', note: null }]);
  const wrongPassword = other.url.replace(/:[0-9a-f]+@/, ':wrong@');
  await expect(query(wrongPassword, 'SELECT 1')).rejects.toThrow('password authentication failed');
});

test('what was committed survives a crash; after stop neither process nor folder is left', async () => {
  const server = await startPostgres({ say });
  await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS n');
  const firstPid = server.pid;
  // Its backend does not look up for a second, and holds the shared memory for so long.
  const busy = query(server.url, 'SELECT count(*) FROM generate_series(1, 4000000)').catch(() => 'lost');
  await until('the backend is busy', async () => {
    const [active] = await query(
      server.url,
      `SELECT FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 4%' AND pid <> pg_backend_pid()`,
    );
    return active !== undefined;
  });
  await server.kill();
  await expect(query(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  await server.restart();
  expect(server.pid).not.toBe(firstPid);
  expect(await query(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  await busy;
  await server.stop();
  expect(existsSync(server.dataDir)).toBe(false);
  await expect(query(server.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  await server.stop();
});

test('a server that does not start says why, and leaves no folder', async () => {
  const settings = { shared_buffers: 'nonsense' };
  const failure = await startPostgres({ say, settings }).catch((error) => error);
  expect(failure.message).toMatch('PostgreSQL did not start: it ended with exit code 1');
  expect(failure.message).toMatch('invalid value for parameter "shared_buffers": "nonsense"');
  const [, dataDir = ''] = /-D (\S+)/.exec(failure.hint) ?? [];
  expect(dataDir).not.toBe('');
  expect(existsSync(dataDir)).toBe(false);
});
