import { DrError, isDrError } from '../../../domain/errors.ts';
import { gone, hasNetworkCode, type Known } from '../../failure.ts';

const denied: Known = {
  kind: 'no-permission',
  hint: 'grant this login the right the server names, or use another login',
};
const busy: Known = { kind: 'busy', hint: 'see who works in the database (pg_stat_activity), then repeat the work' };
const clash: Known = {
  kind: 'damaged',
  hint: 'the data breaks a rule of its own schema: look at the source, or restore another set',
};

/** By SQLSTATE, else by its class (the first two characters). https://www.postgresql.org/docs/current/errcodes-appendix.html */
const byCode: Readonly<Record<string, Known>> = {
  '08': gone,
  '57P01': gone,
  '57P02': gone,
  '57P03': gone,
  '57P05': gone,
  '28': denied,
  '42501': denied,
  '25006': { kind: 'refused', hint: 'the database is read-only (a standby, or made so): name the primary' },
  '3D000': { kind: 'missing', hint: 'check the name of the database in the connection string' },
  '53100': { kind: 'no-space', hint: 'free or add disk space at the server, then repeat the work' },
  '53300': { kind: 'busy', hint: 'the server has no free connection: raise max_connections, or close some' },
  '53200': {
    kind: 'busy',
    hint: 'the server ran out of memory or of room for locks: raise max_locks_per_transaction, then repeat the work',
  },
  '57014': { kind: 'busy', hint: 'somebody or a time limit cancelled the query: find out who, then repeat the work' },
  '55P03': {
    kind: 'busy',
    hint: 'another session holds or awaits an exclusive lock: let it finish, then repeat the work',
  },
  '55006': busy,
  '40': busy,
  '22': { ...clash, isPrivate: true },
  '23': { ...clash, isPrivate: true },
  '42P06': { kind: 'not-empty', hint: 'restore to an empty place' },
  '42P07': { kind: 'not-empty', hint: 'restore to an empty place' },
  '42710': { kind: 'not-empty', hint: 'restore to an empty place' },
  '42P01': { kind: 'missing', hint: 'restore the earlier stages of the set first' },
  '42704': { kind: 'missing', hint: 'make what the server names (a role, an extension, a type), then repeat the work' },
  '58P01': { kind: 'missing', hint: 'install what the server names, then repeat the work' },
  '42703': { kind: 'busy', hint: 'a table was altered while the work began: repeat the work' },
  '54': {
    kind: 'not-supported',
    hint: 'a row or statement is larger than the server can send or take (1 GB): split the row, or back the server up physically',
  },
  '0A': { kind: 'not-supported', hint: 'use a server that has what is asked' },
  XX001: {
    kind: 'damaged',
    hint: 'the server found damage in its own files: restore this database from an earlier set',
  },
  XX002: { kind: 'damaged', hint: 'an index of the server is damaged: REINDEX it, then repeat the work' },
};

/** The socket of a server on this machine is a file. */
const isNetwork = (error: Error & { code?: unknown }): boolean =>
  hasNetworkCode(error) ||
  error.code === 'ENOENT' ||
  /^Connection terminated|^timeout expired|connection error and is not queryable|was closed and is not queryable/.test(
    error.message,
  );

/** A value that its column does not take: whatever the code, it is the data, and the message may quote it. */
const isValue = (error: Error & { where?: string }, code: string): boolean =>
  /^(22|23|42)/.test(code) && (error.where ?? '').startsWith('COPY ');

/** SQLSTATE of a server's error, null for any other. */
export const codeOf = (error: unknown): string | null => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
};

const meaningOf = (error: Error, code: string): Known | undefined =>
  isValue(error, code) ? { ...clash, isPrivate: true } : (byCode[code] ?? byCode[code.slice(0, 2)]);

/** An error of the server, the driver or the network as a named one. Errors that have a name pass. */
export const failureOf = (error: unknown, doing: string): DrError => {
  if (isDrError(error)) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = codeOf(cause);
  const known = code === null ? (isNetwork(cause) ? gone : undefined) : meaningOf(cause, code);
  const { kind, hint, isPrivate } = known ?? {
    kind: 'unexpected' as const,
    hint: 'look at the log of the PostgreSQL server',
  };
  const table = (cause as { table?: string }).table;
  const said = isPrivate
    ? `the server refused a value${table ? ` of table ${JSON.stringify(table)}` : ''}`
    : cause.message;
  return new DrError(kind, `${doing} failed: ${said}${code === null ? '' : ` (${code})`}`, hint, {
    facts: code === null ? {} : { sqlstate: code },
  });
};
