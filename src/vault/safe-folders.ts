import { mkdir, open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DrError } from '../domain/errors.ts';
import { codeOf } from './folder-errors.ts';

const remembered = 10_000;

/** Makes a new name in a folder survive a power cut. */
export const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** The folders below a root: made where they are missing, and refused where a symbolic link leads elsewhere. */
export interface SafeFolders {
  /** Makes it and what is above it. @throws DrError `refused` */
  make(folder: string): Promise<void>;
  /** @throws DrError `refused` */
  check(folder: string): Promise<void>;
  /** Looks at everything again: what was there may have been taken away. */
  forget(): void;
}

export const safeFolders = (root: string, says: string): SafeFolders => {
  const checked = new Set<string>();

  const check = async (folder: string): Promise<void> => {
    if (checked.has(folder)) return;
    const expected = join(await realpath(root), folder.slice(root.length));
    if ((await realpath(folder)) !== expected) {
      throw new DrError('refused', `${says}: ${folder} leads out of it by a symbolic link`, 'remove the link');
    }
    if (checked.size >= remembered) checked.clear();
    checked.add(folder);
  };

  const make = async (folder: string): Promise<void> => {
    if (checked.has(folder) || folder === root) return;
    await make(dirname(folder));
    try {
      await mkdir(folder, { mode: 0o700 });
      await syncFolder(dirname(folder));
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    await check(folder);
  };

  return { make, check, forget: () => checked.clear() };
};
