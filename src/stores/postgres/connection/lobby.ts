import type { DrError } from '../../../domain/errors.ts';
import { interrupted } from '../../failure.ts';
import { orStop } from '../../together.ts';
import { addressOf } from './address.ts';
import { connect, type Link } from './connect.ts';
import { failureOf } from './failure.ts';
import type { Session } from './session.ts';

/** Databases from which another one can be renamed. */
const lobbies = ['postgres', 'template1'];

export const namedIn = (session: Session, error: unknown, doing: string): DrError =>
  session.work.signal.aborted ? interrupted() : failureOf(error, doing);

/** A connection to the server that is in no database of the user's. @throws DrError */
export const openLobby = async (session: Session, doing: string): Promise<Link> => {
  const { signal } = session.work;
  let last: unknown = null;
  for (const lobby of lobbies) {
    if (lobby === session.home.database) continue;
    if (signal.aborted) break;
    const connecting = connect(addressOf(session.home, lobby), 'dr-runbooks fence');
    try {
      return await orStop(signal, connecting);
    } catch (error) {
      connecting.then((late) => late.destroy()).catch(() => {});
      last = error;
    }
  }
  throw namedIn(session, last, doing);
};

/** Lends such a connection. @throws DrError */
export const inLobby = async <T>(session: Session, doing: string, body: (link: Link) => Promise<T>): Promise<T> => {
  const link = await openLobby(session, doing);
  try {
    return await orStop(session.work.signal, Promise.race([body(link), link.broken]));
  } catch (error) {
    throw namedIn(session, error, doing);
  } finally {
    link.destroy();
  }
};

/** Which of the names are databases. */
export const existing = async ({ client }: Link, names: readonly string[]): Promise<boolean[]> => {
  const { rows } = await client.query<{ name: string }>(
    'SELECT datname AS name FROM pg_database WHERE datname = ANY ($1)',
    [names],
  );
  return names.map((name) => rows.some((row) => row.name === name));
};
