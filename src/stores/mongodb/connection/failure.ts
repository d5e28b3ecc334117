import { DrError, isDrError } from '../../../domain/errors.ts';
import { gone, type Known } from '../../failure.ts';

const denied: Known = {
  kind: 'no-permission',
  hint: 'give this login the roles backup and restore (or readWrite and dbAdmin on the database), or use another login',
};
const full: Known = { kind: 'no-space', hint: 'free or add disk space at the server, then repeat the work' };
const busy: Known = { kind: 'busy', hint: 'see what works at the server (currentOp), then repeat the work' };
const changed: Known = {
  kind: 'busy',
  hint: 'a collection was dropped, renamed or changed meanwhile: repeat the work',
};
const clash: Known = {
  kind: 'damaged',
  hint: 'the documents break a rule of their own collection: look at the source, or restore another set',
  isPrivate: true,
};

/** Codes of `src/mongo/base/error_codes.yml` of the server. */
const byCode: Readonly<Record<number, Known>> = {
  6: gone,
  7: gone,
  89: gone,
  91: gone,
  11600: gone,
  13: denied,
  18: denied,
  8000: denied,
  14031: full,
  50: busy,
  112: busy,
  46: busy,
  24: busy,
  43: changed,
  175: changed,
  26: { kind: 'missing', hint: 'restore the earlier stages of the set first' },
  10107: { kind: 'refused', hint: 'this member is no primary: name the replica set, or its primary' },
  13435: { kind: 'refused', hint: 'this member is no primary: name the replica set, or its primary' },
  189: { kind: 'unreachable', hint: 'the primary stepped down: repeat the work' },
  11602: { kind: 'unreachable', hint: 'the primary stepped down: repeat the work' },
  371: {
    kind: 'refused',
    hint: 'writes of users are blocked at this server (setUserWriteBlockMode): take the block away',
  },
  429: { kind: 'busy', hint: 'the server allows less than it is asked for: raise its throughput, or wait' },
  16500: { kind: 'busy', hint: 'the server allows less than it is asked for: raise its throughput, or wait' },
  59: { kind: 'not-supported', hint: 'use a server that has this command' },
  115: { kind: 'not-supported', hint: 'use a server that has this command' },
  73: { kind: 'not-supported', hint: 'use a server that allows such a name' },
  85: { kind: 'not-empty', hint: 'an index of another definition is there: restore to an empty place' },
  86: { kind: 'not-empty', hint: 'an index of another definition is there: restore to an empty place' },
  13297: { kind: 'already-exists', hint: 'a database whose name differs in case alone is there: take another name' },
  11000: clash,
  121: clash,
  10334: { kind: 'not-supported', hint: 'a document is larger than the server takes (16 MB)' },
};

const isNetwork = (name: string): boolean =>
  /^(MongoNetwork|MongoServerSelection|MongoPoolCleared|MongoPoolClosed|MongoNotConnected|MongoTopologyClosed)/.test(
    name,
  ) || name === 'PoolClearedOnNetworkError';

export const interrupted = (): DrError =>
  new DrError('interrupted', 'the work was told to stop', 'run it again: what was loaded is not loaded twice');

/** The server's code of an error, null for any other. */
export const codeOf = (error: unknown): number | null => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' ? code : null;
};

const isTooOld = (error: Error): boolean =>
  error.name === 'MongoCompatibilityError' || /maximum wire version/.test(error.message);

const meaningOf = (error: Error): Known | undefined => {
  const code = codeOf(error);
  if (code !== null && byCode[code] !== undefined) return byCode[code];
  if (/auth(entication|orization) failed|requires authentication|not authorized/i.test(error.message)) return denied;
  if (/OutOfDiskSpace|No space left on device/i.test(error.message)) return full;
  if (isTooOld(error)) return { kind: 'too-old', hint: 'use MongoDB 5.0 or newer' };
  if (isNetwork(error.name) || /\b(ENOTFOUND|EAI_AGAIN|ESERVFAIL|ETIMEOUT|ENODATA)\b/.test(error.message)) return gone;
  return undefined;
};

/** An error of the server, the driver or the network as a named one. Errors that have a name pass. */
export const failureOf = (error: unknown, doing: string): DrError => {
  if (isDrError(error)) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = codeOf(cause);
  const known = meaningOf(cause) ?? { kind: 'unexpected' as const, hint: 'look at the log of the MongoDB server' };
  const said = known.isPrivate ? 'the server refused a document' : cause.message;
  return new DrError(known.kind, `${doing} failed: ${said}${code === null ? '' : ` (${code})`}`, known.hint, {
    facts: code === null ? {} : { mongo: code },
  });
};

/** What the server said of one document of a batch, as an error of its own. */
export const refusal = (code: number, message: string): Error => Object.assign(new Error(message), { code });
