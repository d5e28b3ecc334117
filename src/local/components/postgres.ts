import { randomBytes } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { resolvePostgres } from './postgres-binaries.ts';
import { type ServerProcess, serverProcess } from './process.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { type Say, sayOnStderr } from './say.ts';
import { serverUser } from './server-user.ts';
import { runProgram } from './tool.ts';

export interface PostgresOptions {
  /** Lines of `postgresql.conf` beside the defaults below, and instead of them. */
  settings?: Readonly<Record<string, string>>;
  /** The folder with its programs, when it is not the PostgreSQL that everything else runs on. */
  bin?: string;
  /** Arguments of `initdb` beside those below, and instead of them. */
  initdb?: readonly string[];
  say?: Say;
}

/** Stopped by a fast shutdown; after a crash it recovers when it is restarted. */
export interface RunningPostgres extends RunningServer {
  /** Superuser `postgres`, database `postgres`, with its generated password. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** The folder with psql, pg_dump, pg_restore and the other programs of the same version. */
  readonly bin: string;
}

const defaults = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  wal_level: 'logical',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/**
 * A PostgreSQL server of its own on a free port of 127.0.0.1, durable settings as shipped, gone with this process.
 * As root it runs as `nobody`.
 * @throws DrError `missing` (permanent) when there is no PostgreSQL to start; `unreachable` with its log when it does not start
 */
export const startPostgres = async (options: PostgresOptions = {}): Promise<RunningPostgres> => {
  const say = options.say ?? sayOnStderr;
  const bin = options.bin ?? (await resolvePostgres({ say }));
  const user = serverUser();
  const password = randomBytes(16).toString('hex');
  const settings = { ...defaults, ...options.settings };
  const { running, dir, ports } = await runServer({
    name: 'postgres',
    user,
    ports: 1,
    prepare: (folder) => initialize({ bin, dir: folder, password, user, settings, more: options.initdb ?? [] }),
    server: (folder, [port = 0]) => postmaster(bin, folder, port, say),
    startAgain,
  });
  const [port = 0] = ports;
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  return Object.assign(running, { url, port, dataDir: dataIn(dir), bin });
};

const dataIn = (dir: string): string => join(dir, 'data');

/** After a crash the old backends hold the shared memory for a moment longer than the postmaster lives. */
const startAgain = async (server: ServerProcess): Promise<void> => {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      return await server.start();
    } catch (error) {
      const isHeld = error instanceof Error && /shared memory block.*still in use/.test(error.message);
      if (!isHeld || Date.now() > deadline) throw error;
      await pause(50);
    }
  }
};

const initialize = async (to: {
  bin: string;
  dir: string;
  password: string;
  user: ReturnType<typeof serverUser>;
  settings: Readonly<Record<string, string>>;
  more: readonly string[];
}): Promise<void> => {
  const passwordFile = join(to.dir, 'password');
  await writeFile(passwordFile, to.password, { mode: 0o644 });
  const args = ['--pgdata', dataIn(to.dir), '--username=postgres', '--auth=scram-sha-256', '--pwfile', passwordFile];
  await runProgram(join(to.bin, 'initdb'), [...args, '--encoding=UTF8', '--no-locale', '--no-sync', ...to.more], {
    ...to.user,
    cwd: to.dir,
    env: { LC_ALL: 'C', TZ: 'UTC' },
    timeoutMs: 120_000,
  });
  const lines = Object.entries(to.settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  await appendFile(join(dataIn(to.dir), 'postgresql.conf'), lines.join(''));
};

/** Ready is what the postmaster itself wrote last into its pid file, so no other server on the port can be mistaken for it. */
const postmaster = (bin: string, dir: string, port: number, say: Say): ServerProcess =>
  serverProcess(
    {
      name: 'PostgreSQL',
      command: join(bin, 'postgres'),
      args: ['-D', dataIn(dir), '-p', String(port)],
      user: serverUser(),
      dir,
      stopSignal: 'SIGINT',
      isReady: async ({ pid }) => {
        const lines = (await readFile(join(dataIn(dir), 'postmaster.pid'), 'utf8')).split('\n');
        return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
      },
    },
    say,
  );
