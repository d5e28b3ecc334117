import { setTimeout as sleep } from 'node:timers/promises';
import { DrError } from '../../domain/errors.ts';
import { type MemoryDatabase, memoryServer } from '../../memory/server.ts';
import type { Trouble } from '../../memory/trouble.ts';
import { interrupted } from '../failure.ts';
import type { Work } from '../port.ts';

/** An open place. Holds no data: a database that is dropped or down meanwhile is seen at the next call. */
export interface Session {
  url: string;
  work: Work;
}

/** @throws DrError `interrupted` */
export const goOn = ({ work }: Session): void => {
  if (work.signal.aborted) throw interrupted();
};

/** Waits for the promise, or for the signal, whichever is first. @throws DrError `interrupted` */
const orStop = <T>(session: Session, promise: Promise<T>): Promise<T> => {
  const { signal } = session.work;
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(interrupted());
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([promise, stopped.promise]).finally(() => signal.removeEventListener('abort', stop));
};

/** @throws DrError `missing`, `unreachable` */
export const databaseOf = ({ url }: Pick<Session, 'url'>): MemoryDatabase => {
  const database = memoryServer.find(url);
  if (database === undefined) {
    throw new DrError('missing', `no memory database at ${url}`, 'create it in this process, or correct the name');
  }
  if (database.isDown) throw new DrError('unreachable', `memory database ${url} is down`, 'bring it up again');
  return database;
};

/** Lets happen what the database was told to let happen at this moment of this call. */
export const suffer = async (
  session: Session,
  on: Trouble['on'],
  when: Trouble['when'],
  unit: string | null = null,
): Promise<void> => {
  const database = databaseOf(session);
  const trouble = database.troubles.find(
    (one) =>
      one.on === on &&
      one.when === when &&
      one.times !== 0 &&
      (one.unit === undefined || (unit !== null && one.unit(unit))),
  );
  if (trouble === undefined) return;
  if (trouble.times !== undefined) trouble.times -= 1;
  const { does } = trouble;
  if ('fail' in does) throw new DrError(does.fail, `${on} was told to fail ${when}`, 'take the trouble away');
  await orStop(session, 'waitFor' in does ? does.waitFor : sleep(does.waitMs));
};

/**
 * One call of the Store port. `body` may change the database only in one synchronous stretch that starts with `goOn`:
 * that is the transaction, and a call that was told to stop never reaches it.
 */
export const call = async <T>(
  session: Session,
  on: Trouble['on'],
  body: (database: MemoryDatabase) => T | Promise<T>,
  unit: string | null = null,
): Promise<T> => {
  goOn(session);
  databaseOf(session).calls.push({ on, unit });
  await suffer(session, on, 'before', unit);
  const answer = await orStop(
    session,
    (async () => {
      goOn(session);
      return body(databaseOf(session));
    })(),
  );
  await suffer(session, on, 'after', unit);
  return answer;
};
