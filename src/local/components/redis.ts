import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { installDebian } from './debian-package.ts';
import { type ServerProcess, serverProcess } from './process.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { type Say, sayOnStderr } from './say.ts';
import { allOnPath, runProgram } from './tool.ts';

const leastMajor = 7;

const byHand = `put redis-server ${leastMajor} or newer on PATH (Debian, Ubuntu: apt install redis-server; macOS: brew install redis)`;

/** The `redis-server` program. @throws DrError `missing` (permanent) with everything tried */
export const resolveRedis = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent(
    { name: 'Redis', byHand },
    [
      { says: 'PATH', find: findOnPath },
      {
        says: 'Debian package redis-server',
        takes: 'half a minute',
        find: async () => {
          await installDebian('redis-server');
          return findOnPath();
        },
      },
    ],
    options,
  );

const findOnPath = async (): Promise<string> => {
  const [path] = await allOnPath('redis-server');
  if (path === undefined) throw new Error('no redis-server there');
  const version = await runProgram(path, ['--version'], { timeoutMs: 10_000 });
  const major = Number(/v=(\d+)/.exec(version)?.[1]);
  if (!(major >= leastMajor)) throw new Error(`${path} is ${version.trim()}, needed is ${leastMajor} or newer`);
  return path;
};

export interface RedisOptions {
  /** Lines of `redis.conf` beside the defaults below, and instead of them. */
  settings?: Readonly<Record<string, string>>;
  say?: Say;
}

export interface RunningRedis extends RunningServer {
  /** With the generated password; database 0. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
}

/**
 * A Redis server of its own on a free port of 127.0.0.1 that keeps every acknowledged write (AOF, fsync always), gone with
 * this process.
 * @throws DrError `missing` (permanent) when there is no program to start; `unreachable` with its log when it does not start
 */
export const startRedis = async (options: RedisOptions = {}): Promise<RunningRedis> => {
  const say = options.say ?? sayOnStderr;
  const executable = await resolveRedis({ say });
  const password = randomBytes(16).toString('hex');
  const { running, dir, ports } = await runServer({
    name: 'redis',
    user: null,
    ports: 1,
    // What is set later (CONFIG REWRITE), logins and their rules too, survives a restart.
    prepare: (folder) => writeFile(configOf(folder), ''),
    server: (folder, [port = 0]) => redisServer(executable, { folder, port, password, ...options }, say),
  });
  const [port = 0] = ports;
  return Object.assign(running, { url: `redis://:${password}@127.0.0.1:${port}/0`, port, dataDir: dir });
};

const configOf = (folder: string): string => join(folder, 'redis.conf');

const redisServer = (
  executable: string,
  to: { folder: string; port: number; password: string; settings?: Readonly<Record<string, string>> },
  say: Say,
): ServerProcess => {
  const settings = {
    bind: '127.0.0.1',
    port: `${to.port}`,
    dir: to.folder,
    requirepass: to.password,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    daemonize: 'no',
    ...to.settings,
  };
  return serverProcess(
    {
      name: 'Redis',
      command: executable,
      args: [configOf(to.folder), ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])],
      user: null,
      dir: to.folder,
      stopSignal: 'SIGTERM',
      isReady: () => knowsPassword(to.port, to.password),
    },
    say,
  );
};

/** Ready is when it knows its own password, which no other server on the port would, and has loaded its data. */
const knowsPassword = (port: number, password: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let answer = '';
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
      if (answer.split('\r\n').length < 3) return;
      socket.destroy();
      resolve(answer === '+OK\r\n+PONG\r\n');
    });
  });
