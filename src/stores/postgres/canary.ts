import { DrError } from '../../domain/errors.ts';
import type { Canaries } from '../port.ts';
import { describeAddress } from './connection/address.ts';
import { quietly, takeTurn } from './connection/quietly.ts';
import type { Session } from './connection/session.ts';
import { canarySchema } from './meta.ts';

const table = `${canarySchema}.canary`;

const make = `
  CREATE SCHEMA IF NOT EXISTS ${canarySchema};
  CREATE TABLE IF NOT EXISTS ${table} (seq bigint PRIMARY KEY, at timestamptz NOT NULL);`;

const isMade = `SELECT to_regclass('${table}') IS NOT NULL AS is`;

/** Up to the next millisecond: an instant that is not before the acknowledgement. */
const now = `SELECT to_char(date_trunc('milliseconds', clock_timestamp() + interval '999 microseconds') AT TIME ZONE 'UTC',
  'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`;

/** Canaries are written as a service writes: not into a fenced place. The same number again is the same canary. */
export const canariesOf = (session: Session): Canaries => ({
  write: (seq) =>
    session.run('writing a canary', async ({ client }) => {
      if (session.at.database !== session.home.database) {
        throw new DrError(
          'refused',
          `${describeAddress(session.home)} is fenced: it takes no canaries`,
          'write them to the place that is in service',
        );
      }
      const { rows: made } = await client.query<{ is: boolean }>(isMade);
      if (!made[0]!.is) {
        await client.query('BEGIN');
        await takeTurn(client);
        await quietly(client, make);
        await client.query('COMMIT');
      }
      await client.query(`INSERT INTO ${table} (seq, at) VALUES ($1, clock_timestamp()) ON CONFLICT DO NOTHING`, [seq]);
      const { rows } = await client.query<{ at: string }>(now);
      return { seq, at: rows[0]!.at };
    }),
  present: () =>
    session.run('reading canaries', async ({ client }) => {
      const { rows: made } = await client.query<{ is: boolean }>(isMade);
      if (!made[0]!.is) return [];
      const { rows } = await client.query<{ seq: string }>(`SELECT seq FROM ${table} ORDER BY seq`);
      return rows.map(({ seq }) => Number(seq));
    }),
});
