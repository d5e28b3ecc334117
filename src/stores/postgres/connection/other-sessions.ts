import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { DrError } from '../../../domain/errors.ts';

/** A session of somebody else, as people find it again: `pid 4211, psql of alice, idle in transaction for 93 s`. */
const described = (
  a: string,
): string => `'pid ' || ${a}.pid || ', ' || coalesce(nullif(${a}.application_name, ''), 'a session')
  || ' of ' || coalesce(${a}.usename, 'the server') || coalesce(', ' || ${a}.state, '')
  || coalesce(' for ' || extract(epoch FROM clock_timestamp() - ${a}.state_change)::int || ' s', '')`;

const isOthers = (a: string): string => `coalesce(${a}.application_name, '') !~ '^dr-runbooks'`;

const namesOf = async (client: Client, sql: string, values: readonly unknown[] = []): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>(sql, [...values]);
  return rows.map(({ name }) => name);
};

const connected = `SELECT ${described('a')} AS name FROM pg_stat_activity a
  WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.usename IS NOT NULL
    AND coalesce(a.backend_type, 'client backend') = 'client backend' AND ${isOthers('a')}
  ORDER BY a.pid LIMIT 6`;

const graceMs = 3_000;

/**
 * Whoever is connected to a place while it is restored sees half of it, and may write into it.
 * @throws DrError `busy` that names them, when they do not leave within a few seconds
 */
export const refuseConnected = async (client: Client, where: string): Promise<void> => {
  const deadline = Date.now() + graceMs;
  for (;;) {
    const names = await namesOf(client, connected);
    if (names.length === 0) return;
    if (Date.now() > deadline) {
      throw new DrError(
        'busy',
        `others are connected to ${where}: ${names.slice(0, 5).join('; ')}${names.length > 5 ? '; …' : ''}`,
        'stop what uses the place, or end the sessions (SELECT pg_terminate_backend(pid)), then repeat the work',
      );
    }
    await pause(100);
  }
};

/** Who holds or awaits locks that let nobody read, on tables of this database. */
export const lockers = (client: Client): Promise<string[]> =>
  namesOf(
    client,
    `SELECT DISTINCT ${described('a')} || CASE WHEN l.granted THEN ' holds ' ELSE ' waits for ' END || 'a lock on ' || l.relation::regclass AS name
      FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.relation >= 16384
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND ${isOthers('a')}
      ORDER BY 1 LIMIT 5`,
  );

/** Who of others keeps the session `pid` waiting for a lock. */
export const blockersOf = (client: Client, pid: number): Promise<string[]> =>
  namesOf(
    client,
    `SELECT ${described('a')} AS name FROM pg_stat_activity a WHERE a.pid = ANY (pg_blocking_pids($1)) AND ${isOthers('a')} ORDER BY a.pid LIMIT 5`,
    [pid],
  );
