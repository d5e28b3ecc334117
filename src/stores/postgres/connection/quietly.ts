import type { Client } from 'pg';
import { ident } from './quote.ts';

/** By what `pg_event_trigger` says of it: how an event trigger gets back to when it fires. */
const again: Readonly<Record<string, string>> = { A: 'ENABLE ALWAYS', R: 'ENABLE REPLICA' };

/**
 * Keeps event triggers of the user, who may forbid or watch changes of the schema, from firing for the product's own until
 * the transaction ends: those that fire for replicas too are another matter. Without the right to that, all fire.
 */
export const keepTriggersQuiet = `SET LOCAL client_min_messages = warning;
  SELECT set_config('session_replication_role', 'replica', true) FROM pg_roles WHERE rolname = current_user AND rolsuper;`;

/** In the open transaction, before anything else is locked: two that make or drop what is the product's own wait for each other. */
export const takeTurn = async (client: Client): Promise<void> => {
  await client.query('SELECT pg_advisory_xact_lock(7038330157)');
};

/**
 * Runs SQL that makes or drops what is the product's own, in the open transaction and in turn. No event trigger fires: those
 * that would even for replicas are off until it is done, which nobody else sees.
 */
export const quietly = async (client: Client, sql: string): Promise<void> => {
  await client.query(keepTriggersQuiet);
  const { rows } = await client.query<{ name: string; fires: string }>(
    `SELECT evtname AS name, evtenabled AS fires FROM pg_event_trigger
      WHERE evtenabled IN ('A', 'R') AND EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper)`,
  );
  const alter = async (how: (fires: string) => string): Promise<void> => {
    for (const { name, fires } of rows) await client.query(`ALTER EVENT TRIGGER ${ident(name)} ${how(fires)}`);
  };
  await alter(() => 'DISABLE');
  await client.query(sql);
  await alter((fires) => again[fires]!);
};
