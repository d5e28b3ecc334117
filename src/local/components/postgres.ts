import { randomBytes } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onFreshPorts } from './ports.ts';
import { resolvePostgres } from './postgres-binaries.ts';
import { type ServerProcess, serverProcess } from './process.ts';
import { makeRunDir, removeRunDir } from './run-dir.ts';
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

export interface RunningPostgres extends AsyncDisposable {
  /** Superuser `postgres`, database `postgres`, with its generated password. */
  readonly url: string;
  readonly port: number;
  /** Of the postmaster; another one after `restart`. */
  readonly pid: number;
  readonly dataDir: string;
  readonly logFile: string;
  /** The folder with psql, pg_dump, pg_restore and the other programs of the same version. */
  readonly bin: string;
  /** Fast shutdown; the data folder is removed. */
  stop(): Promise<void>;
  /** A crash: SIGKILL. The data folder stays: `restart` recovers from it. */
  kill(): Promise<void>;
  /** Stops it if it runs, and starts it on the same data and port. */
  restart(): Promise<void>;
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
  const dir = await makeRunDir('postgres', user);
  const dataDir = join(dir, 'data');
  const password = randomBytes(16).toString('hex');
  let server: ServerProcess;
  let port: number;
  try {
    await initialize({
      bin,
      dir,
      dataDir,
      password,
      user,
      settings: { ...defaults, ...options.settings },
      more: options.initdb ?? [],
    });
    [server, port] = await onFreshPorts(1, async ([free = 0]) => {
      const started = postmaster(bin, dir, dataDir, free, say);
      await started.start();
      return [started, free] as const;
    });
  } catch (error) {
    await removeRunDir(dir);
    throw error;
  }

  const stop = async (): Promise<void> => {
    await server.stop();
    await removeRunDir(dir);
  };
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      return server.pid;
    },
    dataDir,
    logFile: server.logFile,
    bin,
    stop,
    kill: server.kill,
    restart: async () => {
      await server.stop();
      await startAgain(server);
    },
    [Symbol.asyncDispose]: stop,
  };
};

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
  dataDir: string;
  password: string;
  user: ReturnType<typeof serverUser>;
  settings: Readonly<Record<string, string>>;
  more: readonly string[];
}): Promise<void> => {
  const passwordFile = join(to.dir, 'password');
  await writeFile(passwordFile, to.password, { mode: 0o644 });
  const args = ['--pgdata', to.dataDir, '--username=postgres', '--auth=scram-sha-256', '--pwfile', passwordFile];
  await runProgram(join(to.bin, 'initdb'), [...args, '--encoding=UTF8', '--no-locale', '--no-sync', ...to.more], {
    ...to.user,
    cwd: to.dir,
    env: { LC_ALL: 'C', TZ: 'UTC' },
    timeoutMs: 120_000,
  });
  const lines = Object.entries(to.settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  await appendFile(join(to.dataDir, 'postgresql.conf'), lines.join(''));
};

/** Ready is what the postmaster itself wrote last into its pid file, so no other server on the port can be mistaken for it. */
const postmaster = (bin: string, dir: string, dataDir: string, port: number, say: Say): ServerProcess => {
  return serverProcess(
    {
      name: 'PostgreSQL',
      command: join(bin, 'postgres'),
      args: ['-D', dataDir, '-p', String(port)],
      user: serverUser(),
      dir,
      stopSignal: 'SIGINT',
      isReady: async ({ pid }) => {
        const lines = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n');
        return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
      },
    },
    say,
  );
};
