import type { Canaries } from '../port.ts';
import { readClock } from './connection/info.ts';
import type { Session } from './connection/session.ts';
import { canaryKey } from './meta.ts';

/** Canaries are written as a service writes: not into a fenced place. The same number again is the same canary. */
export const canariesOf = (session: Session): Canaries => ({
  write: (seq) =>
    session.run(
      'writing a canary',
      async ({ redis }) => {
        await redis.hsetnx(canaryKey, String(seq), String(await readClock(redis)));
        return { seq, at: new Date(await readClock(redis)).toISOString() };
      },
      { asOrdinary: true },
    ),
  present: () =>
    session.run('reading canaries', async ({ redis }) =>
      (await redis.hkeys(canaryKey)).map(Number).sort((a, b) => a - b),
    ),
});
