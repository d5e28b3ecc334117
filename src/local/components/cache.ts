import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { tellKeeper } from './keeper.ts';
import { takeLock } from './lock.ts';
import { type Say, sayOnStderr } from './say.ts';
import { canReach, serverUser } from './server-user.ts';

/**
 * Where components are kept: `dr-runbooks` below `$XDG_CACHE_HOME` or `~/.cache`. Root's servers run as another user,
 * which cannot enter a home of mode 700: then it is `/var/cache/dr-runbooks`.
 */
export const cacheDir = (): string => {
  const own = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dr-runbooks');
  return canReach(serverUser(), dirname(own)) ? own : '/var/cache/dr-runbooks';
};

/** Makes it, at no moment closed to the user that servers run as: a second process would then take another folder. */
const makeCacheDir = (dir: string): void => {
  const mask = serverUser() === null ? undefined : process.umask(0o022);
  mkdirSync(dir, { recursive: true });
  if (mask !== undefined) process.umask(mask);
};

/** A component that an earlier run installed. @throws Error when the cache has none */
export const cached = (name: string): string => {
  const path = join(cacheDir(), name);
  if (!existsSync(path)) throw new Error(`nothing at ${path}`);
  return path;
};

/**
 * Builds `name` into the cache and answers with its folder. Two processes may ask at once: one builds, the other waits and
 * uses the result. The folder appears by one rename; what a killed build left, the keeper removes, or else the next build
 * of the same name.
 */
export const install = async (
  name: string,
  build: (folder: string) => Promise<void>,
  say: Say = sayOnStderr,
): Promise<string> => {
  const dir = cacheDir();
  const folder = join(dir, name);
  makeCacheDir(dir);
  const lock = await takeLock(`${folder}.lock`, `another process that installs ${name}`, say);
  try {
    if (existsSync(folder)) return folder;
    for (const left of await readdir(dir)) {
      if (left.startsWith(`${name}.`) && left.endsWith('.part')) await rm(join(dir, left), { recursive: true });
    }
    const part = `${folder}.${randomUUID()}.part`;
    tellKeeper({ keep: 'dir', path: part });
    await mkdir(part);
    try {
      await build(part);
      await execa('chmod', ['-R', 'u+w,a+rX', part]);
      await rename(part, folder);
    } finally {
      await rm(part, { recursive: true, force: true });
      tellKeeper({ drop: 'dir', path: part });
    }
    return folder;
  } finally {
    await lock.release();
  }
};
