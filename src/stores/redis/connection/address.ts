import { DrError } from '../../../domain/errors.ts';

/** Where a place is: a whole server, or one of its numbered databases. `password` is a secret. */
export interface Address {
  host: string;
  port: number;
  username: string;
  password: string;
  isSecure: boolean;
  /** Null for the whole server. */
  database: number | null;
}

const decode = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** @throws DrError `bad-input` that does not show the URL: a password may be in it */
export const readAddress = (text: string): Address => {
  const url = URL.parse(text);
  const [username, password] = [decode(url?.username ?? ''), decode(url?.password ?? '')];
  const path = /^\/?(\d{1,9})?$/.exec(url?.pathname ?? '?');
  const isRedis = url?.protocol === 'redis:' || url?.protocol === 'rediss:';
  if (url === null || !isRedis || url.hostname === '' || username === null || password === null || path === null) {
    throw new DrError(
      'bad-input',
      'the connection string is not the URL of a Redis server or of one of its databases',
      'write it as redis://user:password@host:6379 for a whole server, or redis://user:password@host:6379/3 for database 3, with special characters percent-encoded; rediss: for TLS',
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    username,
    password,
    isSecure: url.protocol === 'rediss:',
    database: path[1] === undefined ? null : Number(path[1]),
  };
};

/** Does it lead to one database? That of a server for places, `redis://host/*`, to one of them. */
export const isOneDatabase = (text: string): boolean => !['', '/'].includes(URL.parse(text)?.pathname ?? '');

/** `database 3 of cache.example:6379`: safe to print. */
export const describeAddress = ({ host, port, database }: Address): string =>
  `${database === null ? 'the server' : `database ${database} of`} ${host.includes(':') ? `[${host}]` : host}:${port}`;
