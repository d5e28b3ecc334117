import { randomUUID } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DrError } from '../domain/errors.ts';
import { codeOf, folderError } from './folder-errors.ts';
import { isSegment, segmentsOf } from './key.ts';
import type { Backend } from './port.ts';
import { safeFolders, syncFolder } from './safe-folders.ts';

const staleMs = 24 * 3600_000;

/** Byte order of whole keys: a folder sorts as its name with the slash. */
const inKeyOrder = (entries: Dirent[]): Dirent[] => {
  const sortName = (entry: Dirent): string => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  return entries.sort((a, b) => (sortName(a) < sortName(b) ? -1 : 1));
};

/**
 * A vault in a folder of one file system with hard links. Bytes are written and synced under `.tmp/`, then linked to
 * their key, which fails when the key exists: no reader sees half an object, and none is overwritten. Killed half-way it
 * leaves a file under `.tmp/`, removed a day later. Symbolic links below the root are refused.
 */
export const folderBackend = (path: string): Backend => {
  const root = resolve(path);
  const temporary = join(root, '.tmp');
  const says = `folder ${root}`;
  const folders = safeFolders(root, says);
  let ready: Promise<void> | null = null;
  let isMade = false;

  /** The root is made once: later it can only have been taken away, and a new one would hide that. */
  const makeReady = async (): Promise<void> => {
    if (!isMade) await mkdir(root, { recursive: true, mode: 0o700 });
    isMade = true;
    await mkdir(temporary, { mode: 0o700 }).catch((error) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    for (const name of await readdir(temporary)) {
      const file = join(temporary, name);
      const age = await stat(file).then(
        (found) => Date.now() - found.mtimeMs,
        () => 0,
      );
      if (age > staleMs) await rm(file, { force: true });
    }
  };

  const forget = (): void => {
    folders.forget();
    ready = null;
  };

  const fileOf = (key: string): string => join(root, ...segmentsOf(key));

  /** Runs one operation; a missing file is `absent`, unless the whole root is gone. */
  const run = async <T>(what: string, work: () => Promise<T>, absent?: () => T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const isAbsent = ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(codeOf(error));
      if (isAbsent && absent && (await stat(root).catch(() => null))) return absent();
      forget();
      throw folderError(error, says, what);
    }
  };

  const writeNew = async (temp: string, body: Uint8Array, signal?: AbortSignal): Promise<void> => {
    const handle = await open(temp, 'wx', 0o600);
    try {
      await handle.writeFile(body, signal ? { signal } : {});
      await handle.sync();
    } finally {
      await handle.close();
    }
  };

  const createOnce = async (file: string, body: Uint8Array, signal?: AbortSignal): Promise<boolean> => {
    ready ??= makeReady();
    await ready;
    await folders.make(dirname(file));
    if (await lstat(file).catch(() => null)) return false;
    const temp = join(temporary, randomUUID());
    try {
      await writeNew(temp, body, signal);
      await link(temp, file);
      await syncFolder(dirname(file));
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(temp, { force: true });
    }
  };

  async function* walk(
    folder: string,
    prefix: string,
  ): AsyncIterable<{ key: string; bytes: number; changedAt: string }> {
    const entries = await run(
      `list ${prefix || 'the root'}`,
      () => readdir(folder, { withFileTypes: true }),
      () => [],
    );
    for (const entry of inKeyOrder(entries)) {
      if (!isSegment(entry.name)) continue;
      const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) yield* walk(join(folder, entry.name), key);
      else if (entry.isFile()) {
        const found = await head(key);
        if (found) yield { key, ...found };
      }
    }
  }

  const head: Backend['head'] = (key) =>
    run(
      `look at ${key}`,
      async () => {
        const found = await lstat(fileOf(key));
        return found.isFile() ? { bytes: found.size, changedAt: found.mtime.toISOString() } : null;
      },
      () => null,
    );

  return {
    says,
    create: (key, body, signal) =>
      run(`write ${key}`, async () => {
        try {
          return await createOnce(fileOf(key), body, signal);
        } catch (error) {
          if (codeOf(error) !== 'ENOENT') throw error;
          // Someone tidied an empty folder away that was remembered as made.
          forget();
          return createOnce(fileOf(key), body, signal);
        }
      }),
    get: (key, signal) =>
      run(
        `read ${key}`,
        async () => {
          const file = fileOf(key);
          await folders.check(dirname(file));
          const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
          try {
            return await handle.readFile(signal ? { signal } : {});
          } finally {
            await handle.close();
          }
        },
        () => {
          throw new DrError('missing', `${says}: no object ${key}`, 'dr verify says which sets need it');
        },
      ),
    head,
    list: (prefix) => walk(prefix === '' ? root : fileOf(prefix), prefix),
    remove: (key) => run(`remove ${key}`, () => rm(fileOf(key), { force: true })),
  };
};
