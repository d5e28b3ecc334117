import { link, lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import prettyBytes from 'pretty-bytes';
import type { Carried } from '../../src/domain/data.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { SetId } from '../../src/domain/words.ts';
import type { SetReader } from '../../src/vault/port.ts';
import { readLines, sumOf } from './tree.ts';
import { unpack } from './unpack.ts';

/** What became of one thing that a set carries, as a sentence. */
export interface PutBack {
  path: string;
  says: string;
  /** It is somewhere else than where it was: a person has to look. */
  isBeside: boolean;
}

/** @throws DrError `not-equal` when the disk does not hold what the set says */
const prove = async ({ path, sum, entries }: Carried, at: string): Promise<void> => {
  const lines = await readLines(at);
  if (sumOf(lines) === sum) return;
  throw new DrError(
    'not-equal',
    `${path} was written as ${at} and does not equal the set: expected ${entries} entries with sum ${sum.slice(0, 16)}, found ${lines.length} with ${sumOf(lines).slice(0, 16)}`,
    'look at the disk and at who else writes there, then retry; nothing that was there before was changed',
  );
};

type Found = 'absent' | 'empty' | 'equal' | 'other';

const look = async (at: string, { sum }: Carried): Promise<Found> => {
  const facts = await lstat(at).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (facts === null) return 'absent';
  if (facts.isDirectory() && (await readdir(at)).length === 0) return 'empty';
  const found = await readLines(at).catch(() => []);
  return sumOf(found) === sum ? 'equal' : 'other';
};

/** Whole or not at all, and never over anything but an empty folder: the system refuses a folder that is not, and a file. */
const settle = async (from: string, to: string): Promise<void> => {
  if ((await lstat(from)).isDirectory()) await rename(from, to);
  else await link(from, to);
};

const fileFailure = (error: unknown, path: string): unknown => {
  const { code } = error as NodeJS.ErrnoException;
  const kinds = {
    EACCES: 'no-permission',
    EPERM: 'no-permission',
    EROFS: 'no-permission',
    ENOSPC: 'no-space',
    EDQUOT: 'no-space',
  } as const;
  const kind = kinds[code as keyof typeof kinds];
  if (kind === undefined) return error;
  const hint = kind === 'no-space' ? 'free some space' : 'let this user write into the folder that holds it';
  return new DrError(kind, `${path} cannot be put back: ${code}`, hint);
};

/**
 * Puts one carried file or folder back where it was when nothing is there, or an empty folder; else beside it, as
 * `<path>.from-<set>`. It is written under a name of its own, proven by digests, and renamed: killed half-way it leaves
 * `.<name>.<set>.partial`, which the next attempt removes. Again for the same set finds what is there already.
 * @throws DrError `not-equal`, `damaged`, `no-permission`, `no-space`, `already-exists`, and what the vault throws
 */
export const putBack = async (reader: SetReader, carried: Carried, folder: string): Promise<PutBack> => {
  const { path, stream, files, bytes } = carried;
  const { set } = reader.manifest;
  const home = resolve(folder, path);
  const says = `${files} ${files === 1 ? 'file' : 'files'}, ${prettyBytes(bytes)}, equal by digest`;
  const beside = `${home}.from-${set}`;
  try {
    const found = await look(home, carried);
    if (found === 'equal') return { path, says: `${path} is as the set has it: ${says}`, isBeside: false };
    const isFile = carried.entries === 1 && files === 1;
    const isBeside = found === 'other' || (found === 'empty' && isFile);
    const to = isBeside ? beside : home;
    if (isBeside) {
      const there = await look(beside, carried);
      const already = `${path} is there with other content, and is left alone; the set's is in ${beside}: ${says}`;
      if (there === 'equal') return { path, says: already, isBeside };
      if (there === 'other') throw inTheWay(beside, set);
    }
    const partial = join(dirname(home), `.${basename(home)}.${set}.partial`);
    await mkdir(dirname(home), { recursive: true });
    await remove(partial);
    try {
      await unpack(reader.read(stream), partial);
      await prove(carried, partial);
      await settle(partial, to);
    } finally {
      await remove(partial);
    }
    const where = isBeside
      ? `${path} is there with other content, and is left alone; the set's is in ${to}`
      : `${path} is back`;
    return { path, says: `${where}: ${says}`, isBeside };
  } catch (error) {
    throw fileFailure(error, path);
  }
};

const inTheWay = (at: string, set: SetId): DrError =>
  new DrError('already-exists', `${at} is in the way, and is not what set ${set} carries`, 'move it away, then retry');

/** Folders may forbid their own removal. */
const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 2 });

/** The same into a folder that goes at once: what a drill proves. */
export const rehearsePutBack = async (reader: SetReader, carried: Carried): Promise<PutBack> => {
  const folder = await mkdtemp(join(tmpdir(), 'dr-carried-'));
  try {
    await unpack(reader.read(carried.stream), join(folder, 'back'));
    await prove(carried, join(folder, 'back'));
    const says = `${carried.path} can be put back: ${carried.files} files, ${prettyBytes(carried.bytes)}, equal by digest`;
    return { path: carried.path, says, isBeside: false };
  } finally {
    await remove(folder);
  }
};
