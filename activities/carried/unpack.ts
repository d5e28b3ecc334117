import { chmod, lstat, mkdir, open, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { DrError } from '../../src/domain/errors.ts';
import { type Entry, root } from './tree.ts';

const damaged = (name: string, says: string): DrError =>
  new DrError(
    'damaged',
    `what the set carries cannot be put back: ${JSON.stringify(name)} ${says}`,
    'nothing was written outside of its folder; find out who wrote the set, or restore another one',
  );

/** A name that stays inside: no part of it leads up, or begins at the root of the disk. @throws DrError `damaged` */
const insideName = ({ name }: Header): string => {
  const bare = name.replace(/\/$/, '');
  const parts = bare.split('/');
  const isInside = bare !== '' && !bare.includes('\0') && !parts.some((part) => part === '' || part === '..');
  if (bare === root) return root;
  if (isInside && !parts.includes('.')) return bare;
  throw damaged(name, 'leads out of its folder');
};

const entryOf = (header: Header): Entry => {
  const { mode, mtime, type, linkname, size } = header;
  const about = { name: insideName(header), mode: mode & 0o7777, mtime };
  if (type === 'directory') return { ...about, type: 'folder' };
  if (type === 'symlink') return { ...about, type: 'link', to: linkname };
  if (type === 'file') return { ...about, type: 'file', bytes: size };
  throw damaged(header.name, `is a ${type}`);
};

/** Every folder above is a real one that was made here: nothing is written through a link. */
const guardParents = async (into: string, name: string): Promise<void> => {
  for (let above = dirname(name); above !== '.'; above = dirname(above)) {
    const facts = await lstat(join(into, above)).catch(() => null);
    if (facts?.isDirectory() !== true) throw damaged(name, `is inside of ${JSON.stringify(above)}, which is no folder`);
  }
};

const make = async (into: string, entry: Entry, content: AsyncIterable<Uint8Array>): Promise<void> => {
  const at = entry.name === root ? into : join(into, entry.name);
  if (entry.type === 'folder') await mkdir(at, { mode: 0o700 });
  else if (entry.type === 'link') await symlink(entry.to, at);
  else {
    await using file = await open(at, 'wx', 0o600);
    for await (const piece of content) await file.writeFile(piece);
    await file.chmod(entry.mode);
    await file.utimes(entry.mtime, entry.mtime);
    await file.sync();
  }
};

/**
 * Writes what an archive of `carry` holds to a path that is not there yet. Killed half-way, or failed, it leaves what was
 * written until then.
 * @throws DrError `damaged` (a name leads out of the folder), what the source throws, and what the file system says
 */
export const unpack = async (archive: AsyncIterable<Uint8Array>, into: string): Promise<void> => {
  const folders: Entry[] = [];
  const entries = extract();
  const source = Readable.from(archive);
  source.on('error', (error) => entries.destroy(error));
  source.pipe(entries as unknown as NodeJS.WritableStream);
  let isFirst = true;
  for await (const packed of entries) {
    const raw = entryOf(packed.header);
    // The archive of one file begins with it; that of a folder with the folder itself.
    const entry = isFirst && raw.type !== 'folder' ? { ...raw, name: root } : raw;
    isFirst = false;
    if (entry.name !== root) await guardParents(into, entry.name);
    await make(into, entry, packed as unknown as AsyncIterable<Uint8Array>);
    packed.resume();
    if (entry.type === 'folder') folders.push(entry);
  }
  // Last, the innermost first: what a folder forbids would else keep its own content out.
  for (const { name, mode, mtime } of folders.toReversed()) {
    await chmod(join(into, name), mode);
    await utimes(join(into, name), mtime, mtime);
  }
};
