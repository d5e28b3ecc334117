import { connect } from 'node:net';
import { join } from 'node:path';
import { cached, install } from './cache.ts';
import { type ServerProcess, serverProcess } from './process.ts';
import { installPython } from './python-packages.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { type Say, sayOnStderr } from './say.ts';
import { requireTool, runProgram } from './tool.ts';

const packages = ['milvus-lite==3.2.2', 'pymilvus==3.0.2'];
const cacheName = `milvus-lite-3.2.2-${process.platform}-${process.arch}`;
const run = 'from milvus_lite.cmdline import main; main()';

const byHand =
  'install Python 3.10 or newer with venv (Debian, Ubuntu: apt install python3-venv; macOS: brew install python)';

/** The folder with the Python packages of Milvus Lite. @throws DrError `missing` (permanent) with everything tried */
export const resolveMilvus = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent(
    { name: 'Milvus Lite', byHand },
    [
      { says: 'cache', find: async () => check(cached(cacheName)) },
      {
        says: `Python packages ${packages.join(', ')}`,
        takes: 'about half a minute',
        find: async () =>
          check(await install(cacheName, (folder) => installPython(folder, packages, { alone: false }), options.say)),
      },
    ],
    options,
  );

/** Answers with `folder` itself. @throws Error when this machine's Python cannot use it */
const check = async (folder: string): Promise<string> => {
  await requireTool('python3');
  await runProgram('python3', ['-c', 'import milvus_lite, pymilvus'], {
    env: { PYTHONPATH: folder },
    timeoutMs: 60_000,
  });
  return folder;
};

export interface RunningMilvus extends RunningServer {
  /** `http://127.0.0.1:<port>`: gRPC without TLS; it knows no users. */
  readonly url: string;
  readonly port: number;
}

/**
 * A Milvus Lite server of its own on a free port of 127.0.0.1, gone with this process. It is one process: its speed says
 * nothing about a cluster.
 * @throws DrError `missing` (permanent) when it cannot be had; `unreachable` with its log when it does not start
 */
export const startMilvus = async (options: { say?: Say } = {}): Promise<RunningMilvus> => {
  const say = options.say ?? sayOnStderr;
  const folder = await resolveMilvus({ say });
  const { running, ports } = await runServer({
    name: 'milvus',
    user: null,
    ports: 1,
    server: (dir, [port = 0]) => milvusServer(folder, dir, port, say),
  });
  const [port = 0] = ports;
  return Object.assign(running, { url: `http://127.0.0.1:${port}`, port });
};

/** It asks for the port in a way that another server on it makes fail, so whoever answers while it lives is it. */
const milvusServer = (packagesIn: string, dir: string, port: number, say: Say): ServerProcess =>
  serverProcess(
    {
      name: 'Milvus Lite',
      command: 'python3',
      args: ['-c', run, 'server', '--data-dir', join(dir, 'data'), '--host', '127.0.0.1', '--port', `${port}`],
      env: { PYTHONPATH: packagesIn, PYTHONUNBUFFERED: '1' },
      user: null,
      dir,
      stopSignal: 'SIGTERM',
      isReady: () => accepts(port),
    },
    say,
  );

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', reject);
  });
