import type { Instant } from '../../domain/words.ts';
import type { Session } from './connection/session.ts';

/** The server's clock, and how far ours is ahead of it. */
export const readClock = (session: Session): Promise<{ clock: Instant; skewMs: number }> =>
  session.run('reading the clock', async () => {
    const before = Date.now();
    const { localTime } = await session.db('admin').command({ isMaster: 1 });
    const ours = (before + Date.now()) / 2;
    const theirs = (localTime as Date).getTime();
    return { clock: new Date(theirs).toISOString(), skewMs: Math.round(ours - theirs) };
  });
