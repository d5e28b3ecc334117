import type { Client } from 'pg';
import { ident, qualified } from '../connection/quote.ts';
import type { TableMeta } from '../meta.ts';

/** Sessions that may say they are replicas: neither triggers nor foreign keys are theirs to fire. */
export const mayBeReplica = async (client: Client): Promise<boolean> => {
  const { rows } = await client.query<{ is: boolean }>(
    `SELECT rolsuper AS is FROM pg_roles WHERE rolname = current_user`,
  );
  if (rows[0]?.is) return true;
  const { rows: granted } = await client.query<{ is: boolean }>(
    `SELECT to_regprocedure('pg_catalog.has_parameter_privilege(text, text)') IS NOT NULL AS is`,
  );
  if (!granted[0]!.is) return false;
  const { rows: asked } = await client.query<{ is: boolean }>(
    `SELECT has_parameter_privilege('session_replication_role', 'SET') AS is`,
  );
  return asked[0]!.is;
};

/** By what `pg_trigger` says of it: how a trigger gets back to when it fires. */
const again: Readonly<Record<string, string>> = { O: 'ENABLE', A: 'ENABLE ALWAYS', R: 'ENABLE REPLICA' };

/**
 * Runs `body`, which writes into the table, without its triggers. They are off inside this transaction alone, and on again,
 * each as it was, before it ends: nobody else ever sees them off, and whoever is killed leaves them on. Where the login may
 * not be a replica, foreign keys are checked by the server as it loads.
 */
export const withoutTriggers = async <T>(
  client: Client,
  table: Pick<TableMeta, 'schema' | 'name'>,
  body: () => Promise<T>,
): Promise<T> => {
  const isReplica = await mayBeReplica(client);
  if (isReplica) await client.query('SET LOCAL session_replication_role = replica');
  const { rows } = await client.query<{ name: string; fires: string }>(
    `SELECT tgname AS name, tgenabled AS fires FROM pg_trigger
      WHERE tgrelid = $1::regclass AND NOT tgisinternal AND tgenabled = ANY ($2) ORDER BY tgname`,
    [qualified(table), isReplica ? ['A', 'R'] : ['O', 'A']],
  );
  if (rows.length === 0) return body();
  const alter = (how: (fires: string) => string): Promise<unknown> =>
    client.query(
      `ALTER TABLE ONLY ${qualified(table)} ${rows.map(({ name, fires }) => `${how(fires)} TRIGGER ${ident(name)}`).join(', ')}`,
    );
  await alter(() => 'DISABLE');
  const done = await body();
  // A table that has checks waiting for the end of the transaction cannot be altered.
  await client.query('SET CONSTRAINTS ALL IMMEDIATE');
  await alter((fires) => again[fires]!);
  return done;
};
