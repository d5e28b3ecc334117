import { DrError, type ErrorKind } from '../domain/errors.ts';

/** The `code` of a system error, empty when it has none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String((error as { code: unknown }).code) : '';

const kinds: Readonly<Record<string, readonly [ErrorKind, string]>> = {
  ENOSPC: ['no-space', 'free space where the vault is, then try again; nothing was left behind'],
  EDQUOT: ['no-space', 'raise the quota where the vault is, then try again; nothing was left behind'],
  EACCES: ['no-permission', 'let this user read and write the vault folder'],
  EPERM: ['no-permission', 'the file system must allow hard links, and this user must own the vault folder'],
  EROFS: ['no-permission', 'the file system is mounted read-only'],
  ENOENT: ['unreachable', 'is the vault folder mounted?'],
  ENOTDIR: ['bad-input', 'the vault path must be a folder'],
  ENOTSUP: ['not-supported', 'keep the vault on a file system with hard links'],
  EXDEV: ['not-supported', 'the vault folder must be one file system'],
  EINTR: ['interrupted', 'try again'],
  ABORT_ERR: ['interrupted', 'the work was told to stop'],
};

/** What a failed file operation means for a vault. */
export const folderError = (error: unknown, says: string, what: string): DrError => {
  if (error instanceof DrError) return error;
  const code = codeOf(error);
  const [kind, hint] = kinds[code] ?? (['unreachable', 'look at the disk or mount under the vault'] as const);
  return new DrError(kind, `${says}: cannot ${what}: ${code || String(error)}`, hint, {
    facts: { code },
    cause: error,
  });
};
