import { DrError } from '../../../domain/errors.ts';

/** Where a database is. `url` is a secret. */
export interface Address {
  url: URL;
  database: string;
}

const isPostgres = (url: URL): boolean => url.protocol === 'postgres:' || url.protocol === 'postgresql:';

/** @throws DrError `bad-input` that does not show the URL: a password may be in it */
export const readAddress = (text: string): Address => {
  const url = URL.parse(text);
  const name = url === null ? null : decode(url.pathname.slice(1));
  if (url === null || name === null || !isPostgres(url)) {
    throw new DrError(
      'bad-input',
      'the connection string is not the URL of a PostgreSQL database',
      'write it as postgres://user:password@host:5432/database, with special characters percent-encoded',
    );
  }
  return { url, database: name || decode(url.username) || 'postgres' };
};

/** The same server and login, another database. */
export const addressOf = ({ url }: Address, database: string): Address => {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return { url: other, database };
};

/** `orders on db.example:5432`: safe to print. */
export const describeAddress = ({ url, database }: Address): string =>
  `${JSON.stringify(database)} on ${url.host || url.searchParams.get('host') || 'this machine'}`;

const decode = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** Parameters of the URL that libpq reads from the environment instead. */
const fromQuery: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
};

/** What a role or database may have been given by its administrator, and would end even the pinning of settings. */
export const patient = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
  .map((name) => `-c ${name}=0`)
  .join(' ');

/** The address as libpq's environment, so that no password is in an argument list. */
export const environmentOf = ({ url, database }: Address): Readonly<Record<string, string>> => {
  const known: Record<string, string | null> = {
    PGHOST: decode(url.hostname.replace(/^\[|\]$/g, '')),
    PGPORT: url.port,
    PGUSER: decode(url.username),
    PGPASSWORD: decode(url.password),
    PGDATABASE: database,
    PGAPPNAME: 'dr-runbooks',
    PGCONNECT_TIMEOUT: '10',
    PGOPTIONS: `${url.searchParams.get('options') ?? ''} ${patient}`.trim(),
  };
  for (const [parameter, variable] of Object.entries(fromQuery)) {
    known[variable] = url.searchParams.get(parameter) ?? known[variable] ?? null;
  }
  return Object.fromEntries(Object.entries(known).flatMap(([name, value]) => (value ? [[name, value]] : [])));
};
