import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDrError } from '../../src/domain/errors.ts';
import { bytesOf, newVault, quiet, rows, takeSet, type VaultUnderTest } from './new-vault.ts';

export const MiB = 1024 * 1024;
export const target = 'orders-db';

/** What it fails with; `no error` when it does not. */
export const failureOf = async (work: Promise<unknown>): Promise<{ kind: string; says: string }> => {
  try {
    await work;
  } catch (error) {
    if (isDrError(error)) return { kind: error.kind, says: error.message };
    throw error;
  }
  return { kind: 'no error', says: '' };
};

/** Changes a file of the vault behind its back. */
export const edit = async (at: VaultUnderTest, key: string, change: (bytes: Buffer) => Buffer): Promise<void> =>
  writeFile(join(at.root, key), change(await readFile(join(at.root, key))));

/** One bit of the byte at `at`, counted from the end when negative. */
export const flipped = (at: number) => (bytes: Buffer) => {
  const copy = Buffer.from(bytes);
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
};

const made: VaultUnderTest[] = [];
export const removeVaults = () => Promise.all(made.map((one) => one[Symbol.asyncDispose]()));

/** A vault with one set of two large streams and some small ones. */
export const withSet = async () => {
  const at = await newVault();
  made.push(at);
  const taken = await takeSet(at.vault, { a: rows(9 * MiB, 1), b: rows(5 * MiB, 2), c: rows(100, 3), d: rows(100, 4) });
  const { set, streams } = taken.manifest;
  const chunk = (stream: string, n: number): string => {
    const { name } = streams[stream]!.chunks[n]!;
    return `chunks/${target}/${name.slice(0, 2)}/${name}`;
  };
  const open = async () => (await at.reopen()).open(target, set, quiet());
  const readFailure = async (stream: string) => failureOf(open().then((reader) => bytesOf(reader.read(stream))));
  const damages = async () => Array.fromAsync((await open()).check(() => {}));
  return { at, set, chunk, open, readFailure, damages, manifest: `sets/${target}/${set}.json` };
};
