import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DrError, isDrError } from '../../domain/errors.ts';
import { interrupted } from '../../stores/failure.ts';
import type { Work } from '../../stores/port.ts';

export interface Written {
  bytes: number;
  sha256: string;
}

/** Hashes bytes on their way. */
export const hashing = async function* (
  data: AsyncIterable<Uint8Array>,
  written: { bytes: number; sha256: string },
  passed: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of data) {
    hash.update(piece);
    written.bytes += piece.length;
    passed(written.bytes);
    yield piece;
  }
  written.sha256 = hash.digest('hex');
};

/** Refuses a file that cannot be written before any work is done. @throws DrError `already-exists`, `bad-input` */
export const checkOut = async (out: string, isForced: boolean): Promise<void> => {
  const folder = dirname(resolve(out));
  if (!existsSync(folder))
    throw new DrError('bad-input', `there is no folder ${folder}`, 'make it, or name another file');
  const found = await stat(out).catch(() => null);
  if (found === null) return;
  if (!found.isFile()) throw new DrError('bad-input', `${out} is not a file`, 'name a file with --out');
  if (!isForced)
    throw new DrError('already-exists', `${out} exists`, 'name another file, or give --force to replace it');
};

const failureOf = (error: unknown, out: string): unknown => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (isDrError(error) || code === undefined) return error;
  const says = `writing ${out} failed: ${message}`;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new DrError('no-space', says, 'free disk space, or write elsewhere');
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new DrError('no-permission', says, 'name a file in a folder that you may write');
  }
  return error;
};

const hashedAtOnce = 256 * 1024;

/** Into one buffer: those of a stream lie about until the collector comes. */
const hashFile = async (file: FileHandle, { signal, beat }: Work): Promise<Written> => {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(hashedAtOnce);
  const { size } = await file.stat();
  for (let bytes = 0; ; ) {
    if (signal.aborted) throw interrupted();
    const { bytesRead } = await file.read(buffer, 0, hashedAtOnce, bytes);
    if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
    hash.update(buffer.subarray(0, bytesRead));
    bytes += bytesRead;
    beat({ says: 'hashing the file', bytes, totalBytes: size });
  }
};

/**
 * Has a file written beside `out`, for its owner alone, and gives it its name once it is whole and on disk. Killed, it leaves
 * a file that begins with a dot and ends in `.part`.
 * @throws DrError `no-space`, `no-permission`
 */
export const intoFile = async (out: string, work: Work, write: (part: string) => Promise<void>): Promise<Written> => {
  const part = join(dirname(resolve(out)), `.${basename(out)}.${randomBytes(3).toString('hex')}.part`);
  try {
    await (await open(part, 'wx', 0o600)).close();
    await write(part);
    await using file = await open(part, 'r+');
    const written = await hashFile(file, work);
    await file.sync();
    await rename(part, out);
    return written;
  } catch (error) {
    await rm(part, { force: true });
    throw failureOf(error, out);
  }
};
