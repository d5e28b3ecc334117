import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { lock } from 'proper-lockfile';
import { DrError, type ErrorKind, isDrError } from '../domain/errors.ts';
import { changeEnvLine, readEnvLine } from './env-line.ts';
import type { Switch } from './port.ts';

/** A lock whose holder died is taken over after this; a holder renews it every half of it. */
const staleMs = 3_000;

const failures: Readonly<Record<string, [kind: ErrorKind, says: string, hint: string]>> = {
  ENOENT: ['missing', 'is not there', 'create the file, or correct its path in the estate'],
  EACCES: [
    'no-permission',
    'may not be changed by this user',
    'give the worker write access to the file and its folder',
  ],
  EPERM: ['no-permission', 'belongs to another user', 'run the worker as root or as the owner of the file'],
  EROFS: ['no-permission', 'is on a read-only file system', 'mount it writable'],
  ENOSPC: ['no-space', 'has no space left', 'free some space'],
  EDQUOT: ['no-space', 'has no quota left', 'free some space'],
  EBUSY: ['refused', 'cannot be replaced: it is mounted as a single file', 'mount its folder instead'],
  EISDIR: ['bad-input', 'is a folder', 'correct its path in the estate'],
  ELOCKED: ['busy', 'is being changed by someone else', 'try again in a few seconds'],
};

const failureOf = (error: unknown, says: string): DrError => {
  if (isDrError(error)) return error;
  const { code = 'UNKNOWN' } = error as { code?: string };
  const [kind, what, hint] = failures[code] ?? ['unexpected', `failed with ${code}`, 'look at the file and its folder'];
  return new DrError(kind, `${says}: the file ${what}`, hint);
};

const textOf = async (path: string, says: string): Promise<string> => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new DrError('refused', `${says}: the file is not UTF-8 text`, 'convert it, or change the line by hand');
  }
};

const nextText = (text: string, key: string, says: string, expected: string, next: string): string | null => {
  const value = readEnvLine(text, key);
  if (value === next) return null;
  if (value === null) {
    throw new DrError('refused', `${says}: no such key`, `add a line ${key}=… with the connection string in use now`);
  }
  if (value !== expected) {
    throw new DrError(
      'refused',
      `${says}: it leads neither to the place to leave nor to the one to reach`,
      'someone changed it: put the connection string of the place in service back, or abort',
    );
  }
  const changed = changeEnvLine(text, key, next);
  if (changed !== null) return changed;
  throw new DrError(
    'bad-input',
    `${says}: the value cannot be written on its line so that every program reads it the same`,
    'write it on one line, and percent-encode \', ", $, \\, ` and line breaks in the connection string',
  );
};

/**
 * Replaces the file in one step, by a rename. Killed before it, the old file stays, and beside it one that only its owner
 * may read and that the next setter removes. Only the holder of the lock gets here, so that one has a fixed name.
 */
const replace = async (path: string, text: string): Promise<void> => {
  const { mode, uid, gid } = await stat(path);
  const made = `${path}.dr-new`;
  await rm(made, { force: true });
  try {
    const file = await open(made, 'wx', 0o600);
    try {
      await file.writeFile(text);
      // A file that changed hands might be unreadable to who needs it: better no switch than that.
      await file.chown(uid, gid);
      await file.chmod(mode & 0o7777);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(made, path);
  } catch (error) {
    await rm(made, { force: true });
    throw error;
  }
  const folder = await open(dirname(path));
  await folder.sync().finally(() => folder.close());
};

/**
 * A key in an env file, as dotenv, shells, compose and systemd read it. `set` changes that one line and nothing else, mode
 * and owner stay, and readers see the old file or the new one, never a part. Setters exclude each other by a lock beside
 * the file, which an interruption leaves for three seconds. `set(next, expected)` is its undo. No value is ever printed.
 * @throws DrError `missing` (no file), `refused` (no such key, or another value), `bad-input` (a value that env files
 * cannot hold), `no-permission`, `no-space`, `busy`; nothing is changed then
 */
export const envFile = (config: { path: string; key: string }, folder = '.'): Switch => {
  const { path, key } = config;
  const says = `${key} in ${path}`;
  const readable = async <T>(work: (real: string) => Promise<T>): Promise<T> => {
    try {
      return await work(await realpath(resolve(folder, path)));
    } catch (error) {
      throw failureOf(error, says);
    }
  };
  return {
    says,
    leadsTo: (place) => readable(async (real) => readEnvLine(await textOf(real, says), key) === place),
    set: (expected, next) =>
      readable(async (real) => {
        let isLost = false;
        const release = await lock(real, {
          realpath: false,
          lockfilePath: `${real}.dr-lock`,
          stale: staleMs,
          retries: { retries: 50, factor: 1, minTimeout: 100, maxTimeout: 100 },
          onCompromised: () => {
            isLost = true;
          },
        });
        try {
          const text = nextText(await textOf(real, says), key, says, expected, next);
          if (isLost) throw Object.assign(new Error('lock lost'), { code: 'ELOCKED' });
          if (text !== null) await replace(real, text);
        } finally {
          if (!isLost) await release();
        }
      }),
  };
};
