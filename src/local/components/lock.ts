import { mkdir, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { tellKeeper } from './keeper.ts';
import { type Say, waitingFor } from './say.ts';

const refreshMs = 2_000;
const staleMs = 20_000;

/**
 * Waits until it holds the lock: a folder whose time is refreshed while it is held. One that nobody refreshed for 20 s
 * belongs to a dead process and is taken over, also from another container on the same disk.
 */
export const takeLock = async (path: string, holder: string, say: Say): Promise<{ release(): Promise<void> }> => {
  const tryOnce = async (): Promise<boolean> => {
    try {
      await mkdir(path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const touchedAt = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      );
      if (Date.now() - touchedAt > staleMs) await rm(path, { recursive: true, force: true });
      return false;
    }
  };
  const untilTaken = async (): Promise<void> => {
    while (!(await tryOnce())) await pause(200);
  };
  await waitingFor(holder, untilTaken(), say);
  tellKeeper({ keep: 'dir', path });
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, refreshMs);
  return {
    release: async () => {
      clearInterval(timer);
      await rm(path, { recursive: true, force: true });
      tellKeeper({ drop: 'dir', path });
    },
  };
};
