import { DrError, type ErrorKind, isDrError } from '../../../domain/errors.ts';

/** What a call was answered with; of `common.Status` in milvus-proto. */
export interface Status {
  code?: number;
  error_code?: string | number;
  reason?: string;
}

export const interrupted = (): DrError =>
  new DrError('interrupted', 'the work was told to stop', 'run it again: what was done is not done twice');

export const connectionLost = (where: string): DrError =>
  new DrError(
    'unreachable',
    `the connection to ${where} broke`,
    'check the server and the network, then repeat the step',
  );

const hints: Partial<Record<ErrorKind, string>> = {
  'no-permission': 'check user and password in the URL, and the privileges of its role',
  'no-space': 'free space or raise the quota of the server, then repeat the step',
  unreachable: 'check the server and the network, then repeat the step',
  busy: 'wait until the server has less to do, then repeat the step',
  missing: 'check the database and the collections that the URL names',
};

/** Numbers of gRPC's status codes. */
const ofTransport: Readonly<Record<number, ErrorKind>> = {
  1: 'interrupted',
  4: 'unreachable',
  7: 'no-permission',
  8: 'busy',
  12: 'not-supported',
  14: 'unreachable',
  16: 'no-permission',
};

/** Numbers of Milvus' own errors (`pkg/util/merr`), in the answer of a call that as such went well. */
const ofServer: Readonly<Record<number, ErrorKind>> = {
  2: 'unreachable',
  3: 'no-space',
  5: 'busy',
  8: 'busy',
  9: 'no-space',
  100: 'missing',
  200: 'missing',
  700: 'missing',
  800: 'missing',
  1400: 'no-permission',
  1401: 'no-permission',
};

const bySentence: readonly (readonly [RegExp, ErrorKind])[] = [
  [/rate limit exceeded|request limit|too many requests/i, 'busy'],
  [/no space left|disk (is )?full|disk quota|quota exceeded|quota exhausted|memory limit/i, 'no-space'],
  [/auth check failure|unauthenticated|authentication|invalid (user|password|token)/i, 'no-permission'],
  [/permission deny|permission denied|PrivilegeNotPermitted|not permitted/i, 'no-permission'],
  [/database .* (does not exist|not found)|database not found/i, 'missing'],
  [/(collection|partition|alias) .* (does not exist|not found)|can't find collection/i, 'missing'],
];

/** What a server says may quote a row. */
const withoutValues = (reason: string): string => reason.replace(/"[^"]*"|'[^']*'/g, '…').slice(0, 300);

export const isThrottled = (error: unknown): boolean => isDrError(error) && error.facts.isThrottled === true;

/** Of a call that answered with a status. Null when it went well. */
export const failureOfStatus = (status: Status, doing: string, showsNames: boolean): DrError | null => {
  const reason = status.reason ?? '';
  const code = Number(status.code ?? 0);
  const isOld = typeof status.error_code === 'string' && status.error_code !== 'Success';
  if (code === 0 && !isOld) return null;
  const sentence = bySentence.find(([pattern]) => pattern.test(reason))?.[1];
  const kind = sentence ?? (status.error_code === 'RateLimit' ? 'busy' : ofServer[code]) ?? 'unexpected';
  const says = showsNames ? reason.slice(0, 300) : withoutValues(reason);
  const hint = hints[kind] ?? 'look at the log of the server, then repeat the step';
  return new DrError(kind, `${doing} failed: ${says || `error ${code}`}`, hint, {
    facts: { code, isThrottled: kind === 'busy' },
  });
};

/** Of a call that did not arrive or whose answer did not. */
export const failureOfTransport = (error: unknown, doing: string): DrError => {
  if (isDrError(error)) return error;
  const { code = 2, details = '' } = error as { code?: number; details?: string };
  const kind = ofTransport[code] ?? bySentence.find(([pattern]) => pattern.test(details))?.[1] ?? 'unexpected';
  const hint = hints[kind] ?? 'look at the log of the server, then repeat the step';
  return new DrError(kind, `${doing} failed: ${withoutValues(details) || `gRPC status ${code}`}`, hint, {
    facts: { code, isThrottled: code === 8 },
  });
};
