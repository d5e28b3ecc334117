import { randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { cached, install } from './cache.ts';
import { downloadFile, downloadPlatform } from './download.ts';
import { goInstall } from './go-install.ts';
import { onFreshPorts } from './ports.ts';
import { type ServerProcess, serverProcess } from './process.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { makeRunDir, removeRunDir } from './run-dir.ts';
import { type Say, sayOnStderr } from './say.ts';
import { allOnPath, runProgram } from './tool.ts';

/** The last release that exists as a binary, and the commit that a build from source is pinned to. */
const release = 'RELEASE.2025-09-07T16-13-09Z';
const module = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c';
const cacheName = `minio-2026-02-12-${process.platform}-${process.arch}`;

const byHand = `put the minio server on PATH (macOS: brew install minio; all: the download page of MinIO), \
or install Go 1.25 or newer: go install ${module}`;

/** The `minio` program. @throws DrError `missing` (permanent) with everything tried */
export const resolveMinio = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent(
    { name: 'MinIO', byHand },
    [
      { says: 'PATH', find: findOnPath },
      { says: 'cache', find: async () => join(cached(cacheName), 'minio') },
      {
        says: `official download ${release}`,
        takes: 'up to a minute',
        find: async () => join(await install(cacheName, download, options.say), 'minio'),
      },
      {
        says: `go install ${module}`,
        takes: 'about 3 minutes on 2 cores',
        find: async () => join(await install(cacheName, build, options.say), 'minio'),
      },
    ],
    options,
  );

const findOnPath = async (): Promise<string> => {
  const [path] = await allOnPath('minio');
  if (path === undefined) throw new Error('no minio there');
  await runProgram(path, ['--version'], { timeoutMs: 10_000 });
  return path;
};

const download = async (folder: string): Promise<void> => {
  const { platform, arch } = downloadPlatform();
  const file = join(folder, 'minio');
  await downloadFile(`https://dl.min.io/server/minio/release/${platform}-${arch}/archive/minio.${release}`, file);
  await chmod(file, 0o755);
  await runProgram(file, ['--version'], { timeoutMs: 10_000 });
};

const build = (folder: string): Promise<void> => goInstall(folder, module, 'minio');

export interface RunningMinio extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; use path-style addresses. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Another one after `restart`. */
  readonly pid: number;
  readonly logFile: string;
  /** Ends it; its folder is removed. */
  stop(): Promise<void>;
  /** A crash: SIGKILL. The data stays: `restart` has it again. */
  kill(): Promise<void>;
  /** Stops it if it runs, and starts it on the same data and port. */
  restart(): Promise<void>;
}

/**
 * A MinIO server on a free port of 127.0.0.1 with generated credentials and no console, gone with this process.
 * @throws DrError `missing` (permanent) when there is no program to start; `unreachable` with its log when it does not start
 */
export const startMinio = async (options: { say?: Say } = {}): Promise<RunningMinio> => {
  const say = options.say ?? sayOnStderr;
  const executable = await resolveMinio({ say });
  const dir = await makeRunDir('minio', null);
  const credentials = { accessKeyId: randomBytes(8).toString('hex'), secretAccessKey: randomBytes(20).toString('hex') };
  let server: ServerProcess;
  let port: number;
  try {
    [server, port] = await onFreshPorts(1, async ([free = 0]) => {
      const started = objectServer(executable, dir, free, credentials, say);
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
    endpoint: `http://127.0.0.1:${port}`,
    region,
    ...credentials,
    get pid() {
      return server.pid;
    },
    logFile: server.logFile,
    stop,
    kill: server.kill,
    restart: async () => {
      await server.stop();
      await server.start();
    },
    [Symbol.asyncDispose]: stop,
  };
};

const region = 'us-east-1';

/** Ready is when it knows its own credentials, which no other server on the port would. */
const objectServer = (
  executable: string,
  dir: string,
  port: number,
  credentials: { accessKeyId: string; secretAccessKey: string },
  say: Say,
): ServerProcess =>
  serverProcess(
    {
      name: 'MinIO',
      command: executable,
      args: ['server', '--address', `127.0.0.1:${port}`, '--certs-dir', join(dir, 'certs'), join(dir, 'data')],
      env: {
        MINIO_ROOT_USER: credentials.accessKeyId,
        MINIO_ROOT_PASSWORD: credentials.secretAccessKey,
        MINIO_BROWSER: 'off',
        MINIO_UPDATE: 'off',
      },
      user: null,
      dir,
      stopSignal: 'SIGTERM',
      isReady: async () => {
        const endpoint = `http://127.0.0.1:${port}`;
        const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
        try {
          await client.send(new ListBucketsCommand({}));
          return true;
        } finally {
          client.destroy();
        }
      },
    },
    say,
  );
