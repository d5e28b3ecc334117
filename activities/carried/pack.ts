import { createHash } from 'node:crypto';
import { access, constants, open, realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Header, type Pack, pack } from 'tar-stream';
import type { Carried, Sink } from '../../src/domain/data.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { Digest } from '../../src/domain/words.ts';
import { type Entry, lineOf, readTree, root, sumOf, type Tree } from './tree.ts';

/** A link or a folder has no content; its name says what it is to every tar. */
const headerOf = (entry: Entry): Partial<Header> & { name: string } => {
  const { name, mode, mtime } = entry;
  if (entry.type === 'folder') return { name: `${name}/`, mode, mtime, type: 'directory' };
  if (entry.type === 'link') return { name, mode, mtime, type: 'symlink', linkname: entry.to };
  return { name, mode, mtime, type: 'file', size: entry.bytes };
};

/** Exactly as many bytes as there were: what is written to its end meanwhile comes with the next set. */
const contentOf = async function* (path: string, bytes: number, onPiece: (piece: Buffer) => void) {
  if (bytes === 0) return;
  await using file = await open(path);
  let read = 0;
  for await (const piece of file.createReadStream({ autoClose: false, end: bytes - 1 })) {
    read += piece.length;
    onPiece(piece);
    yield piece;
  }
  if (read === bytes) return;
  throw new DrError('busy', `${path} was cut short while it was read`, 'repeat the backup');
};

const add = async (into: Pack, path: string, entry: Entry, name: string): Promise<Digest | null> => {
  const header = { ...headerOf(entry), ...(entry.type === 'folder' ? {} : { name }) };
  if (entry.type !== 'file') {
    await new Promise<void>((resolve, reject) => {
      into.entry(header, (error) => (error ? reject(error) : resolve()));
    });
    return null;
  }
  const digest = createHash('sha256');
  const content = contentOf(join(path, entry.name), entry.bytes, (piece) => digest.update(piece));
  await pipeline(Readable.from(content), into.entry(header) as unknown as NodeJS.WritableStream);
  return digest.digest('hex');
};

const unreadable = async (path: string, { entries }: Tree): Promise<string | null> => {
  for (const { type, name } of entries) {
    if (type === 'link') continue;
    const isReadable = await access(join(path, name), constants.R_OK).then(
      () => true,
      () => false,
    );
    if (!isReadable) return name;
  }
  return null;
};

/** Why it is not taken along, as a sentence; null when it is. */
const whyNot = async (path: string, tree: Tree | null): Promise<string | null> => {
  if (tree === null) return `there is no such file or folder on ${hostname()}`;
  if (tree.entries.length === 0) return 'it is a device, a socket or a pipe';
  const name = await unreadable(path, tree);
  return name === null ? null : `${name === root ? 'it' : name} may not be read by this user`;
};

/**
 * Packs a file or folder into the stream `carried/<n>` of a set, a piece at a time, as a tar that any tar unpacks. One that is
 * not there or cannot be read is left out, and why is said: a backup of the data does not fail for it.
 */
export const carry = async (
  to: Sink,
  n: number,
  { name, at }: { name: string; at: string },
): Promise<{ carried: Carried | null; leftOut: readonly string[] }> => {
  // Where a link stands for the folder, the folder is meant.
  const path = await realpath(at).catch(() => at);
  const tree = await readTree(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    if (error.code === 'EACCES') return { entries: [], others: [root] };
    throw error;
  });
  const why = await whyNot(path, tree);
  if (why !== null || tree === null) return { carried: null, leftOut: [`${name}, to be carried along: ${why}`] };
  const { entries, others } = tree;
  const stream = `carried/${n}`;
  const archive = pack();
  const lines: string[] = [];
  const packing = (async () => {
    for (const entry of entries) {
      lines.push(lineOf(entry, await add(archive, path, entry, entry.name === root ? basename(path) : entry.name)));
    }
    archive.finalize();
  })();
  packing.catch((error: Error) => archive.destroy(error));
  await to.write(stream, archive as unknown as AsyncIterable<Uint8Array>);
  await packing;
  const sizes = entries.flatMap((entry) => (entry.type === 'file' ? entry.bytes : []));
  const bytes = sizes.reduce((sum, one) => sum + one, 0);
  return {
    carried: { path: name, stream, entries: entries.length, files: sizes.length, bytes, sum: sumOf(lines) },
    leftOut: others.length === 0 ? [] : [`devices, sockets and pipes in ${name}: ${others.join(', ')}`],
  };
};
