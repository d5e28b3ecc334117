import { setTimeout as pause } from 'node:timers/promises';
import { DrError } from '../../../domain/errors.ts';
import { blockersOf } from './other-sessions.ts';
import type { Session } from './session.ts';

const pollMs = 2_000;
const patienceMs = 10_000;

/**
 * Waits for work of the server's session `pid`, but not for long while somebody else's session holds a lock that it needs:
 * an idle transaction may hold one for ever. Waits behind the product's own sessions count as work.
 * @throws DrError `busy` that names who blocks, once the server has been told to give the wait up; what `work` throws
 */
export const unlessBlocked = async <T>(session: Session, pid: number, work: Promise<T>): Promise<T> => {
  const done = new AbortController();
  let reason: DrError | null = null;
  let since: number | null = null;

  /** Says whether to look again. */
  const look = (): Promise<boolean> =>
    session.run('looking at who waits for whom', async ({ client }) => {
      const names = await blockersOf(client, pid);
      if (names.length === 0) since = null;
      else since ??= Date.now();
      if (since === null || Date.now() - since < patienceMs) return true;
      reason = new DrError(
        'busy',
        `others hold locks that the work needs: ${names.join('; ')}`,
        'let them finish, or end the sessions (SELECT pg_terminate_backend(pid)), then repeat the work',
      );
      await client.query('SELECT pg_cancel_backend($1)', [pid]);
      return false;
    });

  const watching = (async (): Promise<void> => {
    for (let goOn = true; goOn; goOn = await look()) await pause(pollMs, undefined, { signal: done.signal });
  })().catch(() => {});
  try {
    return await work;
  } catch (error) {
    throw reason ?? error;
  } finally {
    done.abort();
    await watching;
  }
};
