import type { Client } from 'pg';
import { DrError, isDrError } from '../../../domain/errors.ts';
import type { Instant } from '../../../domain/words.ts';
import { together } from '../../together.ts';
import { codeOf } from '../connection/failure.ts';
import { lockers } from '../connection/other-sessions.ts';
import { qualified } from '../connection/quote.ts';
import type { Session } from '../connection/session.ts';
import { type Relation, readRelations, readSequences, type SequenceFacts } from './catalog.ts';

/** One moment of a database, seen by as many connections as are asked for. Ends when its body does. */
export interface View {
  /** Everything acknowledged before is seen. By the server's clock. */
  at: Instant;
  /** For `pg_dump --snapshot`. */
  id: string;
  client: Client;
  signal: AbortSignal;
  relations: readonly Relation[];
  sequences: readonly (SequenceFacts & { value: string; isCalled: boolean })[];
  /** Lends another connection that sees the same moment. */
  also<T>(doing: string, body: (client: Client) => Promise<T>): Promise<T>;
}

const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY';

/** A wait for a lock behind someone who waits for ours would never end. */
const lockWait = "SET LOCAL lock_timeout = '10s'";

const moment = `SELECT pg_export_snapshot() AS id,
  to_char(statement_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`;

const changed = (what: string): DrError =>
  new DrError('busy', `${what} while the backup began`, 'wait for the migration to finish, then repeat the work');

/**
 * Keeps the tables as they are: nothing in a snapshot protects it from a table being dropped, or rewritten to one whose
 * rows it does not see.
 */
const hold = async (client: Client, relations: readonly Relation[]): Promise<void> => {
  const tables = relations.filter(({ kind }) => kind === 'r' || kind === 'p');
  if (tables.length === 0) return;
  const list = tables.map((table) => `ONLY ${qualified(table)}`).join(', ');
  try {
    await client.query(`LOCK TABLE ${list} IN ACCESS SHARE MODE`);
  } catch (error) {
    if (codeOf(error) === '42P01') throw changed('a table was dropped or renamed');
    throw error;
  }
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE oid = ANY ($1) AND relkind = 'r'
      AND relfilenode IS DISTINCT FROM pg_relation_filenode(oid)`,
    [tables.map(({ oid }) => oid)],
  );
  if (rows[0]) throw changed(`table ${JSON.stringify(rows[0].name)} was rewritten or truncated`);
};

const mostAtOnce = 200;

/** Sequences live outside of transactions: their values are never older than the rows of the view. */
const readValues = async (client: Client, sequences: readonly SequenceFacts[]): Promise<View['sequences']> => {
  const values: { value: string; isCalled: boolean }[] = [];
  for (let from = 0; from < sequences.length; from += mostAtOnce) {
    const each = sequences
      .slice(from, from + mostAtOnce)
      .map((one, n) => `SELECT ${n} AS n, last_value::text AS value, is_called AS "isCalled" FROM ${qualified(one)}`);
    const { rows } = await client.query(`${each.join(' UNION ALL ')} ORDER BY n`);
    values.push(...rows);
  }
  return sequences.map((one, n) => ({ ...one, value: values[n]!.value, isCalled: values[n]!.isCalled }));
};

/** `invalid page in block 3 of relation base/16384/16402`: which table that is. */
const damagedFile = /relation (?:base|pg_tblspc)\S*\/(\d+)/;

/** An error with what a person asks next: who holds the lock, which table the damaged file is of. */
const explained = async (session: Session, error: unknown): Promise<unknown> => {
  if (!isDrError(error) || session.work.signal.aborted) return error;
  const isLocked = error.facts.sqlstate === '55P03' || (error.kind === 'busy' && /lock timeout/.test(error.message));
  const file = error.facts.sqlstate === 'XX001' ? damagedFile.exec(error.message)?.[1] : undefined;
  if (!isLocked && file === undefined) return error;
  try {
    const more = await session.run('looking at the server', async ({ client }) => {
      if (isLocked) return lockers(client);
      const { rows } = await client.query<{ name: string | null }>(
        `SELECT coalesce(o.oid, c.oid)::regclass::text AS name FROM pg_class c LEFT JOIN pg_class o ON o.reltoastrelid = c.oid
          WHERE pg_relation_filenode(c.oid) = $1::oid`,
        [file],
      );
      return rows.map(({ name }) => `it is of ${name}`);
    });
    if (more.length === 0) return error;
    return new DrError(error.kind, `${error.message}: ${more.join('; ')}`, error.hint, { facts: error.facts });
  } catch {
    return error;
  }
};

/**
 * Opens a view for as long as `body` takes. Its connections fail together. Of what is not to be seen nothing is held or read:
 * no right to it is needed.
 */
export const inView = async <T>(
  session: Session,
  doing: string,
  body: (view: View) => Promise<T>,
  isSeen: (one: { schema: string; name: string }) => boolean = () => true,
): Promise<T> => {
  const stop = new AbortController();
  const signal = AbortSignal.any([session.work.signal, stop.signal]);
  const first = session.run(
    doing,
    async ({ client }) => {
      await client.query(begin);
      const { rows } = await client.query<{ id: string; at: Instant }>(moment);
      const { id, at } = rows[0]!;
      await client.query(lockWait);
      const relations = (await readRelations(client)).filter(isSeen);
      await hold(client, relations);
      const sequences = await readValues(client, (await readSequences(client)).filter(isSeen));
      const also: View['also'] = (what, inside) =>
        session.run(
          what,
          async (link) => {
            await link.client.query(begin);
            await link.client.query(`SET TRANSACTION SNAPSHOT '${id}'`);
            await link.client.query(lockWait);
            const answer = await inside(link.client);
            await link.client.query('COMMIT');
            return answer;
          },
          { signal },
        );
      const answer = await body({ at, id, client, signal, relations, sequences, also });
      await client.query('COMMIT');
      return answer;
    },
    { signal },
  );
  try {
    return await first;
  } catch (error) {
    stop.abort(error);
    throw await explained(session, error);
  }
};

const mostLocked = 200;

/** Works handfuls of things that are read off, with at most `hands` connections that all see the view. */
export const workOff = async <T>(
  view: View,
  hands: number,
  handfuls: readonly (readonly T[])[],
  doing: string,
  each: (client: Client, handful: readonly T[]) => Promise<void>,
): Promise<void> => {
  const left = handfuls[Symbol.iterator]();
  /** A transaction holds the locks of all tables it has read: it is ended now and then, and another sees the same. */
  const hand = async (): Promise<void> => {
    for (let isDone = false; !isDone; ) {
      isDone = await view.also(doing, async (client) => {
        for (let read = 0; read < mostLocked; ) {
          const next = left.next();
          if (next.done) return true;
          await each(client, next.value);
          read += next.value.length;
        }
        return false;
      });
    }
  };
  await together(
    view.signal,
    Array.from({ length: Math.min(Math.max(1, hands), handfuls.length) }, () => hand),
  );
};
