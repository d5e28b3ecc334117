import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tellKeeper } from './keeper.ts';
import { canReach, type ServerUser } from './server-user.ts';

/**
 * A folder for one server, owned by the user it runs as, below the temporary folder (or /tmp where that user cannot reach
 * the temporary folder). It is removed when this process ends, however it ends.
 */
export const makeRunDir = async (name: string, user: ServerUser | null): Promise<string> => {
  const base = canReach(user, tmpdir()) ? tmpdir() : '/tmp';
  const dir = await mkdtemp(join(base, `dr-${name}-`));
  tellKeeper({ keep: 'dir', path: dir });
  if (user !== null) await chown(dir, user.uid, user.gid);
  return dir;
};

/** Removes it and everything in it. Nothing may run in it any more. */
export const removeRunDir = async (dir: string): Promise<void> => {
  await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  tellKeeper({ drop: 'dir', path: dir });
};
