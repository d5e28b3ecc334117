import { setTimeout as pause } from 'node:timers/promises';
import { orStop } from '../../together.ts';
import type { Link } from '../connection/connect.ts';
import { codeOf } from '../connection/failure.ts';
import { namedIn, openLobby } from '../connection/lobby.ts';
import { ident } from '../connection/quote.ts';
import type { Session } from '../connection/session.ts';

/** How long sessions may take to end once they were told to. */
const endingMs = 30_000;
const pollMs = 20;
const tellingMs = 500;

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
 * and those that try then find no such database. Interrupted, the server is told to give up too.
 * @throws DrError `no-permission`, `busy` (somebody did not leave), `unreachable`, `interrupted`
 */
export const renameDatabase = async (session: Session, from: string, to: string): Promise<void> => {
  const doing = `renaming database ${JSON.stringify(from)}`;
  const deadline = Date.now() + endingMs;
  const renamer = await openLobby(session, doing);
  const usher = await openLobby(session, doing).catch((error: unknown) => {
    renamer.destroy();
    throw error;
  });
  const attempt = async (): Promise<void> => {
    const renaming = renamer.client.query(`ALTER DATABASE ${ident(from)} RENAME TO ${ident(to)}`);
    await Promise.all([renaming, endSessions(usher, from, renaming), Promise.race([renaming, renamer.broken])]);
  };
  try {
    for (;;) {
      try {
        await orStop(session.work.signal, Promise.race([attempt(), usher.broken]));
        return;
      } catch (error) {
        // 55006: somebody is still inside after the five seconds that the server waits.
        if (codeOf(error) !== '55006' || Date.now() > deadline) throw error;
      }
    }
  } catch (error) {
    const telling = usher.client.query('SELECT pg_terminate_backend($1)', [renamer.pid]);
    await Promise.race([telling.catch(() => {}), pause(tellingMs)]);
    throw namedIn(session, error, doing);
  } finally {
    renamer.destroy();
    usher.destroy();
  }
};
