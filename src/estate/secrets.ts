import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DrError } from '../domain/errors.ts';
import type { SecretRef } from '../domain/words.ts';

/** A secret file that others may read: group and world bits. */
const othersMayRead = 0o077;

const missing = (ref: SecretRef, says: string, hint: string): DrError =>
  new DrError('missing', `secret ${ref} ${says}`, hint);

const readSecretFile = async (ref: SecretRef, path: string, warn: (says: string) => void): Promise<string> => {
  try {
    const { mode, size } = await stat(path);
    if ((mode & othersMayRead) !== 0) warn(`secret ${ref} may be read by others; run: chmod 600 ${path}`);
    if (size > 65_536)
      throw missing(ref, 'names a file that is too large for a secret', 'point it at the secret alone');
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT')
      throw missing(ref, 'names a file that does not exist', `write the secret to ${path}, mode 600`);
    if (code === 'EISDIR') throw missing(ref, 'names a folder', 'point it at a file');
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new DrError('no-permission', `secret ${ref} may not be read by this process`, `let its user read ${path}`);
  }
};

/**
 * The secret behind `env:NAME` or `file:/path`, without the line break at its end. Relative paths start at `folder`, the
 * estate's. `warn` hears of files that others may read; without it they become a process warning.
 * @throws DrError `missing`, `no-permission`, `bad-input` (not a reference). They name the reference, never the value
 */
export const resolveSecret = async (
  ref: SecretRef,
  folder: string,
  warn: (says: string) => void = (says) => process.emitWarning(says),
): Promise<string> => {
  const [, kind, name] = /^(env|file):(.+)$/s.exec(ref) ?? [];
  if (name === undefined) {
    throw new DrError('bad-input', 'a secret is not a reference', 'write env:NAME or file:/path instead of the secret');
  }
  const value = kind === 'env' ? process.env[name] : await readSecretFile(ref, resolve(folder, name), warn);
  if (value === undefined)
    throw missing(ref, 'is not set', `export ${name} where the worker runs, then start it again`);
  const secret = value.replace(/(\r?\n)+$/, '');
  if (secret === '') throw missing(ref, 'is empty', 'put the secret there');
  return secret;
};
