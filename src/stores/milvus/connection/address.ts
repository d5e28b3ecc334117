import { DrError } from '../../../domain/errors.ts';

/** Where a set of collections is. `user` and `password` are secrets. */
export interface Address {
  /** `host:port`. */
  host: string;
  isTls: boolean;
  user: string;
  password: string;
  database: string;
  /** Collections whose name begins so are of the place; the rest of the name is theirs. Empty: every one of the database. */
  prefix: string;
}

const protocols: Readonly<Record<string, boolean>> = {
  'milvus:': false,
  'milvuss:': true,
  'http:': false,
  'https:': true,
};

const decode = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

const isPrefix = (text: string): boolean => text === '' || /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);

/** @throws DrError `bad-input` that does not show the URL: a password may be in it */
export const readAddress = (text: string): Address => {
  const url = URL.parse(text);
  const isTls = url === null ? undefined : protocols[url.protocol];
  const [user, password, database] = [url?.username, url?.password, url?.pathname.replace(/^\//, '')].map((part) =>
    decode(part ?? ''),
  );
  const prefix = url?.searchParams.get('collections') ?? '';
  if (
    url === null ||
    isTls === undefined ||
    url.hostname === '' ||
    user == null ||
    password == null ||
    database == null
  ) {
    throw new DrError(
      'bad-input',
      'the connection string is not the URL of collections on a Milvus server',
      'write it as milvus://user:password@host:19530/database, with special characters percent-encoded; milvuss:// for TLS',
    );
  }
  if (!isPrefix(prefix) || database.includes('/')) {
    throw new DrError(
      'bad-input',
      `the URL of collections on ${url.host} names none that Milvus could have`,
      'a database has no slash in its name, and ?collections= is letters, digits and underscores',
    );
  }
  const port = url.port || (url.protocol === 'https:' ? '443' : '19530');
  return { host: `${url.hostname}:${port}`, isTls, user, password, database: database || 'default', prefix };
};

/** `default on db.example:19530, collections shop__*`: safe to print. */
export const describeAddress = ({ host, database, prefix }: Address): string =>
  `${JSON.stringify(database)} on ${host}${prefix === '' ? '' : `, collections ${prefix}*`}`;
