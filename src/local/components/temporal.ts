import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../../domain/attributes.ts';
import { cached, install } from './cache.ts';
import { goInstall } from './go-install.ts';
import { onFreshPorts } from './ports.ts';
import { type ServerProcess, serverProcess } from './process.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { makeRunDir, removeRunDir } from './run-dir.ts';
import { type Say, sayOnStderr } from './say.ts';
import { downloadTemporal } from './temporal-download.ts';
import { allOnPath, runProgram } from './tool.ts';

const version = 'v1.5.1';
const cacheName = `temporal-cli-${version}-${process.platform}-${process.arch}`;
const module = `github.com/temporalio/cli/cmd/temporal@${version}`;

const byHand = `put the Temporal CLI on PATH (macOS: brew install temporal; all: docs.temporal.io/cli), \
or install Go 1.25 or newer: go install ${module}`;

const typesInCli = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList', INT: 'Int' } as const;

/** The `temporal` program. @throws DrError `missing` (permanent) with everything tried */
export const resolveTemporal = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent(
    { name: 'Temporal dev server', byHand },
    [
      { says: 'PATH', find: findOnPath },
      { says: 'cache', find: async () => join(cached(cacheName), 'temporal') },
      {
        says: `official download ${version}`,
        takes: 'up to a minute',
        find: async () => join(await install(cacheName, downloadCli, options.say), 'temporal'),
      },
      {
        says: `go install ${module}`,
        takes: 'about 4 minutes on 2 cores',
        find: async () => join(await install(cacheName, buildCli, options.say), 'temporal'),
      },
    ],
    options,
  );

const findOnPath = async (): Promise<string> => {
  const [path] = await allOnPath('temporal');
  if (path === undefined) throw new Error('no temporal there');
  await runProgram(path, ['--version'], { timeoutMs: 10_000 });
  return path;
};

const downloadCli = (folder: string): Promise<void> => downloadTemporal(folder, 'cli', version, 'temporal');
const buildCli = (folder: string): Promise<void> => goInstall(folder, module, 'temporal');

export interface TemporalOptions {
  /** Keep histories in a file, so that `restart` brings them back. Without it everything is in memory. */
  durable?: boolean;
  /** Namespaces beside `default`. */
  namespaces?: readonly string[];
  say?: Say;
}

export interface RunningTemporal extends AsyncDisposable {
  /** Host and port for clients and workers; the namespace is `default`. */
  readonly address: string;
  readonly uiUrl: string;
  /** Another one after `restart`. */
  readonly pid: number;
  readonly logFile: string;
  readonly executable: string;
  /** Ends it; its folder is removed. */
  stop(): Promise<void>;
  /** A crash: SIGKILL. */
  kill(): Promise<void>;
  /** Stops it if it runs, and starts it on the same ports; a durable one has its histories again. */
  restart(): Promise<void>;
}

/**
 * A Temporal dev server with its UI on free ports of 127.0.0.1, with the product's search attributes, gone with this process.
 * @throws DrError `missing` (permanent) when there is no program to start; `unreachable` with its log when it does not start
 */
export const startTemporal = async (options: TemporalOptions = {}): Promise<RunningTemporal> => {
  const say = options.say ?? sayOnStderr;
  const executable = await resolveTemporal({ say });
  const dir = await makeRunDir('temporal', null);
  const fixed = [
    ...(options.durable === true ? ['--db-filename', join(dir, 'temporal.db')] : []),
    ...(options.namespaces ?? []).flatMap((name) => ['--namespace', name]),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => [
      '--search-attribute',
      `${name}=${typesInCli[type]}`,
    ]),
  ];
  let server: ServerProcess;
  let ports: readonly number[];
  try {
    [server, ports] = await onFreshPorts(2, async (free) => {
      const started = devServer(executable, dir, free, fixed, say);
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
    address: `127.0.0.1:${ports[0]}`,
    uiUrl: `http://127.0.0.1:${ports[1]}`,
    get pid() {
      return server.pid;
    },
    logFile: server.logFile,
    executable,
    stop,
    kill: server.kill,
    restart: async () => {
      await server.stop();
      await server.start();
    },
    [Symbol.asyncDispose]: stop,
  };
};

/** Ready is when its own output names the port (so it is not another server's) and its front end answers. */
const devServer = (
  executable: string,
  dir: string,
  [port = 0, uiPort = 0]: readonly number[],
  fixed: readonly string[],
  say: Say,
): ServerProcess =>
  serverProcess(
    {
      name: 'Temporal dev server',
      command: executable,
      args: ['server', 'start-dev', '--ip', '127.0.0.1', '--port', `${port}`, '--ui-port', `${uiPort}`, ...fixed],
      env: { TEMPORAL_VERSION_CHECK_DISABLED: '1' },
      user: null,
      dir,
      stopSignal: 'SIGTERM',
      isReady: async ({ log }) => {
        if (!new RegExp(`Server:\\s+\\S+:${port}\\b`).test(log)) return false;
        const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: '2s' });
        await connection.close();
        return true;
      },
    },
    say,
  );
