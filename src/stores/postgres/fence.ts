import { setTimeout as pause } from 'node:timers/promises';
import { DrError } from '../../domain/errors.ts';
import type { Fence } from '../port.ts';
import { addressOf, describeAddress } from './address.ts';
import { connect, connectPlainly, isNoDatabase, type Link } from './connect.ts';
import { codeOf, failureOf, interrupted } from './failure.ts';
import { fencedName } from './fenced-name.ts';
import { ownSchema } from './meta.ts';
import { ident } from './quote.ts';
import type { Session } from './session.ts';
import { orStop } from './together.ts';

/** How long sessions may take to end once they were told to. */
const endingMs = 30_000;
const pollMs = 20;

/** Databases from which another one can be renamed. */
const lobbies = ['postgres', 'template1'];

/** Lends a connection to the server that is in no database of the user's. */
const inLobby = async <T>(session: Session, doing: string, body: (link: Link) => Promise<T>): Promise<T> => {
  const { signal } = session.work;
  if (signal.aborted) throw interrupted();
  const named = (error: unknown): DrError => (signal.aborted ? interrupted() : failureOf(error, doing));
  let last: unknown = null;
  for (const lobby of lobbies) {
    if (lobby === session.home.database) continue;
    const connecting = connect(addressOf(session.home, lobby), 'dr-runbooks fence');
    let link: Link;
    try {
      link = await orStop(signal, connecting);
    } catch (error) {
      connecting.then((late) => late.destroy()).catch(() => {});
      if (signal.aborted) throw interrupted();
      last = error;
      continue;
    }
    try {
      return await orStop(signal, Promise.race([body(link), link.broken]));
    } catch (error) {
      throw named(error);
    } finally {
      link.destroy();
    }
  }
  throw named(last);
};

const exists = async ({ client }: Link, names: readonly string[]): Promise<boolean[]> => {
  const { rows } = await client.query<{ name: string }>(
    'SELECT datname AS name FROM pg_database WHERE datname = ANY ($1)',
    [names],
  );
  return names.map((name) => rows.some((row) => row.name === name));
};

/** Ends every session in the database again and again until `done` settles. */
const endSessions = async ({ client }: Link, database: string, done: Promise<unknown>): Promise<void> => {
  let isDone = false;
  const finish = (): void => {
    isDone = true;
  };
  done.then(finish, finish);
  while (!isDone) {
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
    await Promise.race([pause(pollMs), done.catch(() => {})]);
  }
};

/**
 * Renames in one stroke, with nobody left inside: while the server waits for the last session to end it lets no new one in,
 * and those that try then find no such database.
 */
const rename = async (session: Session, from: string, to: string): Promise<void> => {
  const deadline = Date.now() + endingMs;
  const sql = `ALTER DATABASE ${ident(from)} RENAME TO ${ident(to)}`;
  await inLobby(session, `renaming database ${JSON.stringify(from)}`, (link) =>
    inLobby(session, `ending the sessions in ${JSON.stringify(from)}`, async (other) => {
      for (;;) {
        const renaming = link.client.query(sql);
        renaming.catch(() => {});
        try {
          await Promise.race([endSessions(other, from, renaming), renaming.then(() => undefined)]);
          await renaming;
          return;
        } catch (error) {
          // 55006: somebody is still inside after the five seconds that the server waits.
          if (codeOf(error) !== '55006' || Date.now() > deadline) throw error;
        }
      }
    }),
  );
};

const both = (name: string, fenced: string): DrError =>
  new DrError(
    'refused',
    `there is a database ${JSON.stringify(name)} beside its fenced namesake ${JSON.stringify(fenced)}`,
    'find out who made it; rename or drop the one that is not needed',
  );

/** Brings the database to the name `to`; there already is fine. */
const moveTo = async (session: Session, from: string, to: string): Promise<void> => {
  if (session.server.isStandby) {
    throw new DrError(
      'not-supported',
      `${describeAddress(session.home)} is a standby: it takes no writes, and is fenced at its primary`,
      'name the primary',
    );
  }
  const [isFrom, isTo] = await inLobby(session, 'looking for the database', (link) => exists(link, [from, to]));
  if (isFrom && isTo) throw both(session.home.database, fencedName(session.home.database));
  if (!isFrom && !isTo) {
    throw new DrError(
      'missing',
      `there is no database ${describeAddress(session.home)}`,
      'check the connection string',
    );
  }
  if (isFrom) await rename(session, from, to);
  await session.relocate();
};

/** 55000: the database takes no connections. 25006: the transaction is read-only. */
const isRefusal = (error: unknown): boolean => ['55000', '25006'].includes(codeOf(error) ?? '');

/** What any client could do, undone. A marked place needs no change of its schema for that. */
const tryWrite = async ({ client }: Link): Promise<void> => {
  const { rows } = await client.query<{ is: boolean }>(`SELECT to_regclass('${ownSchema}.mark') IS NOT NULL AS is`);
  await client.query('BEGIN');
  await client.query(rows[0]!.is ? `UPDATE ${ownSchema}.mark SET epoch = epoch` : `CREATE SCHEMA ${ownSchema}_probe`);
  await client.query('ROLLBACK');
};

/**
 * Fences by renaming the database: every client, with whatever rights, that uses the connection string finds no such
 * database, while the product knows the other name and goes on reading and writing. The name is all the state there is, so
 * it survives restarts, and unfencing restores exactly what was. A superuser who uses the other name gets in.
 */
export const fenceOf = (session: Session): Fence => {
  const { home } = session;
  const fenced = fencedName(home.database);
  return {
    fence: () => moveTo(session, home.database, fenced),
    unfence: () => moveTo(session, fenced, home.database),
    async isFenced() {
      if (session.work.signal.aborted) throw interrupted();
      const trying = (async (): Promise<boolean> => {
        try {
          const link = await connectPlainly(home, 'dr-runbooks probe');
          await tryWrite(link).finally(() => link.destroy());
          return false;
        } catch (error) {
          if (isRefusal(error)) return true;
          if (!isNoDatabase(error)) throw error;
          const [isThere] = await inLobby(session, 'looking for the database', (link) => exists(link, [fenced]));
          if (isThere) return true;
          throw error;
        }
      })();
      try {
        return await orStop(session.work.signal, trying);
      } catch (error) {
        throw session.work.signal.aborted ? interrupted() : failureOf(error, 'trying a write');
      }
    },
  };
};
