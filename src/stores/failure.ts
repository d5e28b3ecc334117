import { DrError, type ErrorKind } from '../domain/errors.ts';

/** What an error of a server means. */
export interface Known {
  kind: ErrorKind;
  hint: string;
  /** The server's message may quote a row: leave it out. */
  isPrivate?: true;
}

export const gone: Known = {
  kind: 'unreachable',
  hint: 'check that the server runs and can be reached; the work can be repeated',
};

const networkCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
];

/** The operating system says that the server is not there, or no longer. */
export const hasNetworkCode = (error: Error & { code?: unknown }): boolean => networkCodes.includes(String(error.code));

export const interrupted = (): DrError =>
  new DrError('interrupted', 'the work was told to stop', 'run it again: what was committed is not done twice');
