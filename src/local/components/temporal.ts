import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../../domain/attributes.ts';
import { type ServerProcess, serverProcess } from './process.ts';
import { waysOf } from './program-ways.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { type Say, sayOnStderr } from './say.ts';
import { downloadTemporal } from './temporal-download.ts';

const version = 'v1.5.1';
const module = `github.com/temporalio/cli/cmd/temporal@${version}`;

const byHand = `put the Temporal CLI on PATH (macOS: brew install temporal; all: docs.temporal.io/cli), \
or install Go 1.25 or newer: go install ${module}`;

const typesInCli = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList', INT: 'Int' } as const;

/** The `temporal` program. @throws DrError `missing` (permanent) with everything tried */
export const resolveTemporal = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent({ name: 'Temporal dev server', byHand }, waysOf(program, options.say), options);

const program = {
  program: 'temporal',
  cacheName: `temporal-cli-${version}-${process.platform}-${process.arch}`,
  release: version,
  download: (folder: string): Promise<void> => downloadTemporal(folder, 'cli', version, 'temporal'),
  module,
  takes: 'about 4 minutes on 2 cores',
};

export interface TemporalOptions {
  /** Keep histories in a file, so that `restart` brings them back. Without it everything is in memory. */
  durable?: boolean;
  /** Namespaces beside `default`. */
  namespaces?: readonly string[];
  say?: Say;
}

export interface RunningTemporal extends RunningServer {
  /** Host and port for clients and workers; the namespace is `default`. */
  readonly address: string;
  readonly uiUrl: string;
  readonly executable: string;
}

/**
 * A Temporal dev server with its UI on free ports of 127.0.0.1, with the product's search attributes, gone with this process.
 * A durable one has its histories again when it is restarted.
 * @throws DrError `missing` (permanent) when there is no program to start; `unreachable` with its log when it does not start
 */
export const startTemporal = async (options: TemporalOptions = {}): Promise<RunningTemporal> => {
  const say = options.say ?? sayOnStderr;
  const executable = await resolveTemporal({ say });
  const named = (options.namespaces ?? []).flatMap((name) => ['--namespace', name]);
  const attributes = Object.entries(searchAttributes).map(([name, type]) => `${name}=${typesInCli[type]}`);
  const fixed = [...named, ...attributes.flatMap((one) => ['--search-attribute', one])];
  const { running, ports } = await runServer({
    name: 'temporal',
    user: null,
    ports: 2,
    server: (dir, free) => {
      const durable = options.durable === true ? ['--db-filename', join(dir, 'temporal.db')] : [];
      return devServer(executable, dir, free, [...durable, ...fixed], say);
    },
  });
  const facts = { address: `127.0.0.1:${ports[0]}`, uiUrl: `http://127.0.0.1:${ports[1]}`, executable };
  return Object.assign(running, facts);
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
