import { DrError, isDrError } from '../../../domain/errors.ts';
import { gone, hasNetworkCode, type Known } from '../../failure.ts';

const denied: Known = {
  kind: 'no-permission',
  hint: 'give this login the right the server names (ACL SETUSER), or use another login',
};

/** By the first word of what the server says. https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
const byWord: Readonly<Record<string, Known>> = {
  WRONGPASS: { kind: 'no-permission', hint: 'check user name and password in the connection string' },
  NOAUTH: { kind: 'no-permission', hint: 'put user name and password into the connection string' },
  NOPERM: denied,
  OOM: {
    kind: 'no-space',
    hint: 'the server has reached its maxmemory: raise it, or restore to a larger server, then repeat the work',
  },
  MISCONF: {
    kind: 'no-space',
    hint: 'the server cannot write to its disk (see its log): free space there, then repeat the work',
  },
  READONLY: { kind: 'refused', hint: 'the server is a replica: name its master' },
  NOREPLICAS: {
    kind: 'refused',
    hint: 'the server wants more replicas before it takes writes (min-replicas-to-write)',
  },
  LOADING: { kind: 'busy', hint: 'the server is loading its data: repeat the work when it has' },
  BUSY: { kind: 'busy', hint: 'a script holds the server up: let it end (SCRIPT KILL), then repeat the work' },
  MASTERDOWN: gone,
  NOMASTERLINK: { kind: 'busy', hint: 'the server is a replica that has lost its master: name the master' },
};

const isNetwork = (error: Error & { code?: unknown }): boolean =>
  hasNetworkCode(error) ||
  /^Connection is closed|Stream isn't writeable|connect ETIMEDOUT|max retries per request/.test(error.message);

export const brokenOff = (): Error => new Error('Connection is closed.');

const saidByServer = (message: string): Known | undefined => {
  if (/DB index is out of range|invalid DB index/.test(message)) {
    return {
      kind: 'missing',
      hint: 'check the number of the database in the connection string (CONFIG GET databases)',
    };
  }
  if (/unknown command/i.test(message)) {
    return { kind: 'not-supported', hint: 'the server lacks the command, or it was renamed: use one that has it' };
  }
  if (/without any password configured|max number of clients/i.test(message)) {
    return message.startsWith('ERR max')
      ? { kind: 'busy', hint: 'raise maxclients, or close connections' }
      : { kind: 'no-permission', hint: 'take the password out of the connection string' };
  }
  return byWord[/^[A-Z]+/.exec(message.replace(/^EXECABORT.*: /, ''))?.[0] ?? ''];
};

/** What the server says may quote a key; what a login may not do names a command. */
const shown = (message: string): string =>
  message
    .split(message.startsWith('NOPERM') ? /[\r\n]/ : /[\r\n']/, 1)[0]!
    .trim()
    .slice(0, 200);

/** What the server said first: to a command of a transaction, where that was not executed for it. */
export const saidFirst = (error: Error): string =>
  ((error as { previousErrors?: Error[] }).previousErrors?.[0] ?? error).message;

/** An error of the server, the driver or the network as a named one. Errors that have a name pass. */
export const failureOf = (error: unknown, doing: string): DrError => {
  if (isDrError(error)) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const said = saidFirst(cause);
  const known = isNetwork(cause) ? gone : (saidByServer(said) ?? saidByServer(cause.message));
  const { kind, hint } = known ?? { kind: 'unexpected' as const, hint: 'look at the log of the Redis server' };
  return new DrError(kind, `${doing} failed: ${shown(said)}`, hint);
};
