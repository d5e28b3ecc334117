import { Socket } from 'node:net';
import pg from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';
import { type Address, patient } from './address.ts';
import { codeOf } from './failure.ts';

/** What makes text and order of values the same on every server, and keeps anyone's time limits out of long work. */
const pinned: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '3',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  xmloption: 'content',
  search_path: '',
  row_security: 'off',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
};

const pin = `SELECT pg_catalog.set_config(name, value, false)
  FROM unnest($1::text[], $2::text[]) AS pinned (name, value)
  WHERE pg_catalog.current_setting(name, true) IS NOT NULL`;

const pinSettings = async (client: pg.Client): Promise<void> => {
  await client.query(pin, [Object.keys(pinned), Object.values(pinned)]);
};

/** One connection with pinned settings. */
export interface Link {
  client: pg.Client;
  pid: number;
  /** Rejects when the connection ends from the other side, also while nothing is asked. */
  broken: Promise<never>;
  /** Drops the connection at once; the server rolls its transaction back. */
  destroy(): void;
}

const connectMs = 10_000;

/** Sockets of ours whose bytes can be taken as they come, before the driver sees them. */
const taps = new WeakMap<object, { take: ((bytes: Buffer) => void) | null }>();

/** The tap of a connection's stream; undefined where TLS is in between. The bytes it gives are good until it returns. */
export const tapOf = (stream: object): { take: ((bytes: Buffer) => void) | null } | undefined => taps.get(stream);

/** Reads into one buffer of its own: a new one for every few kilobytes would keep the garbage collector busy. */
const tappedSocket = (): Socket => {
  const tap: { take: ((bytes: Buffer) => void) | null } = { take: null };
  const buffer = Buffer.allocUnsafeSlow(256 * 1024);
  const callback = (bytes: number): boolean => {
    const read = buffer.subarray(0, bytes);
    if (tap.take === null) socket.emit('data', Buffer.from(read));
    else tap.take(read);
    return true;
  };
  const socket: Socket = new Socket({ onread: { buffer, callback } });
  taps.set(socket, tap);
  return socket;
};

/** `sslmode` means what it means to pg_dump. The name of the database is told apart: some cannot be in a URL. */
const plain = ({ url, database }: Address, name: string, options = ''): pg.Client => {
  const config = toClientConfig(parse(url.href, { useLibpqCompat: !url.searchParams.has('uselibpqcompat') }));
  return new pg.Client({
    ...config,
    ...(options === '' ? {} : { options: `${config.options ?? ''} ${options}`.trim() }),
    database,
    application_name: name,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    stream: tappedSocket,
  });
};

const link = async (client: pg.Client, prepare: (client: pg.Client) => Promise<number>): Promise<Link> => {
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  client.on('error', broken.reject);
  client.on('end', () => broken.reject(new Error('Connection terminated')));
  const destroy = (): void => {
    // `connection` is the driver's own: the only way to leave without waiting for the server.
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  };
  try {
    await client.connect();
    return { client, pid: await prepare(client), broken: broken.promise, destroy };
  } catch (error) {
    destroy();
    throw error;
  }
};

/** Connects with pinned settings. @throws what the driver throws */
export const connect = (address: Address, name: string): Promise<Link> =>
  link(plain(address, name, patient), async (client) => {
    await pinSettings(client);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return rows[0]!.pid;
  });

/** Connects as an ordinary client of that login does: nothing is set. @throws what the driver throws */
export const connectPlainly = (address: Address, name: string): Promise<Link> =>
  link(plain(address, name), async () => 0);

/** The server has no database of that name. */
export const isNoDatabase = (error: unknown): boolean => codeOf(error) === '3D000';

/** After a script that changed settings. */
export const pinAgain = async ({ client }: Link): Promise<void> => {
  await client.query('RESET ALL');
  await pinSettings(client);
};
