import pg from 'pg';
import { onTestFinished } from 'vitest';

/** A session of somebody else. */
export const other = async (url: string, name = 'the other one'): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url, application_name: name });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end());
  return client;
};

/** Sessions of the product that wait for a lock. */
export const isWaiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
  AND application_name ~ '^dr-runbooks'`;
