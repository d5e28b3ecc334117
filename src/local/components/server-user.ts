import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname, parse, resolve } from 'node:path';

/** Whom a server runs as. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/**
 * The user that servers refusing root run as: `nobody` when this process is root, otherwise null (this user itself).
 * A name is needed (`initdb` looks its own user up), so an unused number would not do.
 */
export const serverUser = (): ServerUser | null => {
  if (process.getuid?.() !== 0) return null;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
};

/** True when `user` can enter every folder from the root down to `path`; parts that do not exist yet do not count. */
export const canReach = (user: ServerUser | null, path: string): boolean => {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (!canEnter(user, folder)) return false;
    if (folder === parse(folder).root) return true;
  }
};

const canEnter = (user: ServerUser | null, path: string): boolean => {
  try {
    if (user === null) {
      accessSync(path, constants.X_OK);
      return true;
    }
    const { mode, uid, gid } = statSync(path);
    if (uid === user.uid) return (mode & 0o100) !== 0;
    if (gid === user.gid) return (mode & 0o010) !== 0;
    return (mode & 0o001) !== 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
};
