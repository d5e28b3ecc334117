import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { type Say, waitingFor } from './say.ts';
import { canReach, serverUser } from './server-user.ts';

/**
 * Where components are kept: `dr-runbooks` below `$XDG_CACHE_HOME` or `~/.cache`. Root's servers run as another user,
 * which cannot enter a home of mode 700: then it is `/var/cache/dr-runbooks`.
 */
export const cacheDir = (): string => {
  const own = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dr-runbooks');
  return canReach(serverUser(), own) ? own : '/var/cache/dr-runbooks';
};

/** A component that an earlier run installed. @throws Error when the cache has none */
export const cached = (name: string): string => {
  const path = join(cacheDir(), name);
  if (!existsSync(path)) throw new Error(`nothing at ${path}`);
  return path;
};

/**
 * Builds `name` into the cache and answers with its folder. Two processes may ask at once: one builds, the other waits and
 * uses the result. The folder appears by one rename, so a killed build leaves only a `.part` folder, which the next build
 * of the same name removes.
 */
export const install = async (name: string, build: (folder: string) => Promise<void>, say: Say): Promise<string> => {
  const folder = join(cacheDir(), name);
  await mkdir(cacheDir(), { recursive: true, mode: 0o755 });
  await chmod(cacheDir(), 0o755);
  const lock = await takeLock(`${folder}.lock`, name, say);
  try {
    if (existsSync(folder)) return folder;
    for (const left of await readdir(cacheDir())) {
      if (left.startsWith(`${name}.`) && left.endsWith('.part')) await rm(join(cacheDir(), left), { recursive: true });
    }
    const part = `${folder}.${randomUUID()}.part`;
    await mkdir(part);
    try {
      await build(part);
      await execa('chmod', ['-R', 'u+w,a+rX', part]);
      await rename(part, folder);
    } finally {
      await rm(part, { recursive: true, force: true });
    }
    return folder;
  } finally {
    await lock.release();
  }
};

const refreshMs = 2_000;
const staleMs = 20_000;

/** A folder whose time is refreshed while it is held; one that nobody refreshed for 20 s belongs to a dead process. */
const takeLock = async (path: string, name: string, say: Say): Promise<{ release(): Promise<void> }> => {
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
  await waitingFor(`another process that installs ${name}`, untilTaken(), say);
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, refreshMs);
  return {
    release: async () => {
      clearInterval(timer);
      await rm(path, { recursive: true, force: true });
    },
  };
};
