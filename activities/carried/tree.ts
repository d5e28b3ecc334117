import { createHash, hash } from 'node:crypto';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../src/domain/words.ts';

/** One thing in what is carried: a folder, a file with its content, or a link that leads somewhere. */
export type Entry = { name: string; mode: number; mtime: Date } & (
  | { type: 'folder' }
  | { type: 'file'; bytes: number }
  | { type: 'link'; to: string }
);

/** What is carried, as a list. `others` are devices, sockets and pipes, which nothing can carry. */
export interface Tree {
  entries: readonly Entry[];
  others: readonly string[];
}

/** The name of the folder itself. */
export const root = '.';

/**
 * Everything in a folder, itself first, or one file: sorted by name, so that the same content is the same list. Links are not
 * followed.
 * @throws what the file system says
 */
export const readTree = async (path: string): Promise<Tree> => {
  const entries: Entry[] = [];
  const others: string[] = [];
  const look = async (name: string): Promise<void> => {
    const at = join(path, name);
    const facts = await lstat(at);
    const about = { name, mode: facts.mode & 0o7777, mtime: facts.mtime };
    if (facts.isSymbolicLink()) entries.push({ ...about, type: 'link', to: await readlink(at) });
    else if (facts.isFile()) entries.push({ ...about, type: 'file', bytes: facts.size });
    else if (!facts.isDirectory()) others.push(name);
    else {
      entries.push({ ...about, type: 'folder' });
      for (const inside of (await readdir(at)).sort()) await look(name === root ? inside : `${name}/${inside}`);
    }
  };
  await look(root);
  return { entries, others };
};

/** SHA-256 of a file, read a piece at a time. */
export const digestOfFile = async (path: string): Promise<Digest> => {
  await using file = await open(path);
  const digest = createHash('sha256');
  for await (const piece of file.createReadStream({ autoClose: false })) digest.update(piece);
  return digest.digest('hex');
};

/** One line of the record: names and links are JSON texts, so that nothing in them can look like another line. */
export const lineOf = (entry: Entry, sha256: Digest | null): string => {
  const name = JSON.stringify(entry.name);
  if (entry.type === 'link') return `link ${JSON.stringify(entry.to)} ${name}`;
  const mode = entry.mode.toString(8).padStart(4, '0');
  return entry.type === 'folder' ? `folder ${mode} ${name}` : `file ${mode} ${sha256} ${name}`;
};

export const sumOf = (lines: readonly string[]): Digest => hash('sha256', lines.map((line) => `${line}\n`).join(''));

/** The record of what is on the disk now. */
export const readLines = async (path: string): Promise<string[]> => {
  const { entries, others } = await readTree(path);
  const lines: string[] = [];
  for (const entry of entries) {
    lines.push(lineOf(entry, entry.type === 'file' ? await digestOfFile(join(path, entry.name)) : null));
  }
  return [...lines, ...others.map((name) => `other ${JSON.stringify(name)}`)];
};
