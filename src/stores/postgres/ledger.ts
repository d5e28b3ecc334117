import type { Client } from 'pg';
import { DrError } from '../../domain/errors.ts';
import type { Writer } from '../port.ts';
import { codeOf } from './failure.ts';
import { ownSchema } from './meta.ts';
import { isStep } from './steps.ts';

/** `guard` says who may restore, and from which epoch on; `ledger` holds what this writer has applied. */
const tables = `
  SELECT pg_advisory_xact_lock(7038330157);
  CREATE SCHEMA IF NOT EXISTS ${ownSchema};
  CREATE TABLE IF NOT EXISTS ${ownSchema}.mark (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL, target text NOT NULL, role text NOT NULL, epoch bigint NOT NULL, run text);
  CREATE TABLE IF NOT EXISTS ${ownSchema}.guard (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint NOT NULL, run text, set_digest text);`;

const ledgerTable = `
  DROP TABLE IF EXISTS ${ownSchema}.ledger;
  CREATE TABLE ${ownSchema}.ledger (
    run text, set_digest text, epoch bigint, unit text, rows bigint, bytes bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, set_digest, epoch, unit));`;

/**
 * Keeps event triggers of the user, who may forbid or watch changes of the schema, from firing for the product's own until
 * the transaction ends. Without the right to that, they fire.
 */
export const keepTriggersQuiet = `SET LOCAL client_min_messages = warning;
  SELECT set_config('session_replication_role', 'replica', true) FROM pg_roles WHERE rolname = current_user AND rolsuper;`;

/** Makes the product's own tables in the transaction that is open. Two at once wait for each other. */
export const makeOwnTables = async (client: Client): Promise<void> => {
  await client.query(`${keepTriggersQuiet} ${tables}`);
};

interface Guard {
  epoch: string | null;
  run: string | null;
  set: string | null;
  marked: string | null;
}

const readGuard = async (client: Client, lock: 'FOR SHARE' | 'FOR UPDATE'): Promise<Guard> => {
  const { rows } = await client.query<Guard>(
    `SELECT epoch, run, set_digest AS set, (SELECT epoch FROM ${ownSchema}.mark) AS marked FROM ${ownSchema}.guard ${lock}`,
  );
  if (rows[0] !== undefined) return rows[0];
  const { rows: marks } = await client.query<{ marked: string }>(`SELECT epoch AS marked FROM ${ownSchema}.mark`);
  return { epoch: null, run: null, set: null, marked: marks[0]?.marked ?? null };
};

/** @throws DrError `stale-epoch` */
const checkEpoch = ({ epoch, marked }: Guard, by: Writer): void => {
  const newest = Math.max(Number(epoch ?? 0), Number(marked ?? 0));
  if (by.epoch >= newest) return;
  throw new DrError(
    'stale-epoch',
    `the place is at epoch ${newest}, and run ${by.run} writes under ${by.epoch}`,
    'a later run took the place over: end this one',
  );
};

const isOf = (guard: Guard, by: Writer): boolean =>
  guard.run === by.run && guard.set === by.set && Number(guard.epoch) === by.epoch;

/**
 * In the open transaction: makes `by` the writer of the place and waits for units in flight to end. `check` decides whether
 * a writer that is new here may begin.
 * @returns without a change when it had begun before
 */
export const takeLedger = async (client: Client, by: Writer, check: () => Promise<void>): Promise<void> => {
  await makeOwnTables(client);
  const guard = await readGuard(client, 'FOR UPDATE');
  checkEpoch(guard, by);
  if (isOf(guard, by)) return;
  await check();
  await client.query(ledgerTable);
  await client.query(
    `INSERT INTO ${ownSchema}.guard (epoch, run, set_digest) VALUES ($1, $2, $3)
      ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, run = excluded.run, set_digest = excluded.set_digest`,
    [by.epoch, by.run, by.set],
  );
};

const notBegun = (by: Writer): DrError =>
  new DrError(
    'refused',
    `run ${by.run} has no ledger in this place: it has not begun, or it has ended`,
    'begin the restore first; a unit that comes after the end is not applied',
  );

/**
 * In the open transaction: enters a unit into the ledger. Nobody else can apply it, end the restore or begin another one
 * until the transaction ends.
 * @returns false when it had been applied before
 * @throws DrError `stale-epoch`, `refused`
 */
export const enterUnit = async (client: Client, by: Writer, unit: string): Promise<boolean> => {
  const guard = await readGuard(client, 'FOR SHARE').catch((error: unknown) => {
    throw codeOf(error) === '42P01' || codeOf(error) === '3F000' ? notBegun(by) : error;
  });
  checkEpoch(guard, by);
  if (!isOf(guard, by)) throw notBegun(by);
  const { rowCount } = await client.query(
    `INSERT INTO ${ownSchema}.ledger (run, set_digest, epoch, unit) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    [by.run, by.set, by.epoch, unit],
  );
  return rowCount === 1;
};

/** What became of a unit, for people who look. */
export const noteUnit = async (client: Client, unit: string, rows: number, bytes: number): Promise<void> => {
  await client.query(`UPDATE ${ownSchema}.ledger SET rows = $2, bytes = $3, at = clock_timestamp() WHERE unit = $1`, [
    unit,
    rows,
    bytes,
  ]);
};

/** Is the product's own table there? */
export const isThere = async (client: Client, table: string): Promise<boolean> => {
  const { rows } = await client.query<{ is: boolean }>('SELECT to_regclass($1) IS NOT NULL AS is', [
    `${ownSchema}.${table}`,
  ]);
  return rows[0]!.is;
};

/** Units that the ledger holds for this writer, without steps of units. */
export const readLedger = async (client: Client, by: Writer): Promise<Set<string>> => {
  if (!(await isThere(client, 'ledger'))) return new Set();
  const { rows } = await client.query<{ unit: string }>(
    `SELECT unit FROM ${ownSchema}.ledger WHERE run = $1 AND set_digest = $2 AND epoch = $3`,
    [by.run, by.set, by.epoch],
  );
  return new Set(rows.flatMap(({ unit }) => (isStep(unit) ? [] : unit)));
};

/** In the open transaction: waits for units in flight and drops the ledger. That of another writer stays. */
export const dropLedger = async (client: Client, by: Writer): Promise<void> => {
  if (!(await isThere(client, 'guard'))) return;
  if (!isOf(await readGuard(client, 'FOR UPDATE'), by)) return;
  await client.query(
    `${keepTriggersQuiet}
      UPDATE ${ownSchema}.guard SET run = NULL, set_digest = NULL; DROP TABLE IF EXISTS ${ownSchema}.ledger`,
  );
};
