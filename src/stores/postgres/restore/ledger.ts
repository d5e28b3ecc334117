import type { Client, QueryResult } from 'pg';
import { DrError } from '../../../domain/errors.ts';
import { selectionKey } from '../../../domain/filter.ts';
import type { ObjectPrint } from '../../../domain/fingerprint.ts';
import { isAdding, isShared } from '../../../domain/parts.ts';
import type { Writer } from '../../port.ts';
import { codeOf } from '../connection/failure.ts';
import { quietly, takeTurn } from '../connection/quietly.ts';
import { literal } from '../connection/quote.ts';
import { ownSchema } from '../meta.ts';
import { isStep } from './steps.ts';

/** `guard` says who may restore, and from which epoch on; `ledger` holds what this writer has applied. */
const tables = `
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
    PRIMARY KEY (run, set_digest, epoch, unit));
  DROP TABLE IF EXISTS ${ownSchema}.before;
  CREATE TABLE ${ownSchema}.before (object text PRIMARY KEY, rows bigint NOT NULL, sum text NOT NULL);`;

/** Who has added rows to others, for as long as the place lives: they are not added once more by mistake. */
const loadedTable = `CREATE TABLE IF NOT EXISTS ${ownSchema}.loaded (
    run text, set_digest text, at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (run, set_digest));`;

/** What is restored: the set, and what of it. */
const whatOf = ({ set, selection }: Writer): string => `${set} ${selectionKey(selection)}`.trimEnd();

/** Makes the product's own tables in the transaction that is open. Two at once wait for each other. */
export const makeOwnTables = async (client: Client): Promise<void> => {
  await takeTurn(client);
  await quietly(client, tables);
};

interface Guard {
  epoch: string | null;
  run: string | null;
  set: string | null;
  marked: string | null;
}

const guardRow = `SELECT epoch, run, set_digest AS set, (SELECT epoch FROM ${ownSchema}.mark) AS marked FROM ${ownSchema}.guard`;

const readGuard = async (client: Client, lock: 'FOR SHARE' | 'FOR UPDATE'): Promise<Guard> => {
  const { rows } = await client.query<Guard>(`${guardRow} ${lock}`);
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
  guard.run === by.run && guard.set === whatOf(by) && Number(guard.epoch) === by.epoch;

/**
 * Beside other things nothing tells what a writer left half-done: nobody else begins before it has ended, and it does not
 * begin again after that. @throws DrError `refused`
 */
const refuseSecond = async (client: Client, guard: Guard, by: Writer): Promise<void> => {
  if (guard.run !== null) {
    throw new DrError(
      'refused',
      `run ${guard.run} has begun to restore into this place and has not ended`,
      `run it again first: it goes on where it stopped. To give it up, with whatever part of it is there: UPDATE ${ownSchema}.guard SET run = NULL`,
    );
  }
  if (!(await isThere(client, 'loaded'))) return;
  const { rows } = await client.query<{ at: string }>(
    `SELECT at::text FROM ${ownSchema}.loaded WHERE run = $1 AND set_digest = $2`,
    [by.run, whatOf(by)],
  );
  if (rows[0] === undefined) return;
  throw new DrError(
    'refused',
    `run ${by.run} loaded these rows into this place at ${rows[0].at}`,
    'to load them once more, give it another name (--run)',
  );
};

/**
 * In the open transaction: makes `by` the writer of the place and waits for units in flight to end. `check` decides whether
 * a writer that is new here may begin, and says what there is that its rows are added to.
 * @returns without a change when it had begun before
 */
export const takeLedger = async (
  client: Client,
  by: Writer,
  check: () => Promise<Readonly<Record<string, ObjectPrint>>>,
): Promise<void> => {
  await makeOwnTables(client);
  const guard = await readGuard(client, 'FOR UPDATE');
  checkEpoch(guard, by);
  if (isOf(guard, by)) return;
  if (isShared(by.selection ?? {})) await refuseSecond(client, guard, by);
  const before = Object.entries(await check());
  await client.query(ledgerTable);
  await client.query(`INSERT INTO ${ownSchema}.before SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[])`, [
    before.map(([object]) => object),
    before.map(([, { rows }]) => rows),
    before.map(([, { sum }]) => sum),
  ]);
  await client.query(
    `INSERT INTO ${ownSchema}.guard (epoch, run, set_digest) VALUES ($1, $2, $3)
      ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, run = excluded.run, set_digest = excluded.set_digest`,
    [by.epoch, by.run, whatOf(by)],
  );
};

const notBegun = (by: Writer): DrError =>
  new DrError(
    'refused',
    `run ${by.run} has no ledger in this place: it has not begun, or it has ended`,
    'begin the restore first; a unit that comes after the end is not applied',
  );

/** There is no such table, or no such schema. */
const isNotThere = (error: unknown): boolean => codeOf(error) === '42P01' || codeOf(error) === '3F000';

/** Why a unit cannot be entered. */
const refuseUnit = async (client: Client, by: Writer): Promise<never> => {
  await client.query('ROLLBACK');
  const guard = await readGuard(client, 'FOR SHARE').catch((error: unknown) => {
    throw isNotThere(error) ? notBegun(by) : error;
  });
  checkEpoch(guard, by);
  throw notBegun(by);
};

/**
 * Begins a transaction and enters a unit into the ledger, in one exchange with the server. Nobody else can apply it, end the
 * restore or begin another one until the transaction ends.
 * @returns false when it had been applied before
 * @throws DrError `stale-epoch`, `refused`
 */
export const enterUnit = async (client: Client, by: Writer, unit: string): Promise<boolean> => {
  const row = [by.run, whatOf(by), String(by.epoch), unit].map(literal).join(', ');
  const entering = client.query(`BEGIN; ${guardRow} FOR SHARE;
    INSERT INTO ${ownSchema}.ledger (run, set_digest, epoch, unit) VALUES (${row}) ON CONFLICT DO NOTHING`);
  const results = await entering.catch((error: unknown) => {
    if (isNotThere(error)) return null;
    throw error;
  });
  const [, guards, entered] = (results ?? []) as unknown as QueryResult<Guard>[];
  const guard = guards?.rows[0];
  if (guard === undefined || entered === undefined) return refuseUnit(client, by);
  checkEpoch(guard, by);
  return isOf(guard, by) ? entered.rowCount === 1 : refuseUnit(client, by);
};

/** Ends the transaction of a unit, with what became of it for people who look. */
export const commitUnit = async (client: Client, unit: string, rows: number, bytes: number): Promise<void> => {
  await client.query(`UPDATE ${ownSchema}.ledger SET rows = ${rows}, bytes = ${bytes}, at = clock_timestamp()
    WHERE unit = ${literal(unit)}; COMMIT`);
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
    [by.run, whatOf(by), by.epoch],
  );
  return new Set(rows.flatMap(({ unit }) => (isStep(unit) ? [] : unit)));
};

/** In the open transaction: waits for units in flight and drops the ledger. That of another writer stays. */
export const dropLedger = async (client: Client, by: Writer): Promise<void> => {
  if (!(await isThere(client, 'guard'))) return;
  await takeTurn(client);
  if (!isOf(await readGuard(client, 'FOR UPDATE'), by)) return;
  await quietly(
    client,
    `UPDATE ${ownSchema}.guard SET run = NULL, set_digest = NULL;
      DROP TABLE IF EXISTS ${ownSchema}.ledger, ${ownSchema}.before;
      ${isAdding(by.selection ?? {}) ? loadedTable : ''}`,
  );
  if (!isAdding(by.selection ?? {})) return;
  await client.query(`INSERT INTO ${ownSchema}.loaded (run, set_digest) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [
    by.run,
    whatOf(by),
  ]);
};
