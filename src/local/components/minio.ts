import { randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { downloadFile, downloadPlatform } from './download.ts';
import { type ServerProcess, serverProcess } from './process.ts';
import { waysOf } from './program-ways.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { type Say, sayOnStderr } from './say.ts';
import { runProgram } from './tool.ts';

/** The last release that exists as a binary, and the commit that a build from source is pinned to. */
const release = 'RELEASE.2025-09-07T16-13-09Z';
const module = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c';

const byHand = `put the minio server on PATH (macOS: brew install minio; all: the download page of MinIO), \
or install Go 1.25 or newer: go install ${module}`;

/** The `minio` program. @throws DrError `missing` (permanent) with everything tried */
export const resolveMinio = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent({ name: 'MinIO', byHand }, waysOf(program, options.say), options);

const download = async (folder: string): Promise<void> => {
  const { platform, arch } = downloadPlatform();
  const file = join(folder, 'minio');
  await downloadFile(`https://dl.min.io/server/minio/release/${platform}-${arch}/archive/minio.${release}`, file);
  await chmod(file, 0o755);
  await runProgram(file, ['--version'], { timeoutMs: 10_000 });
};

const program = {
  program: 'minio',
  cacheName: `minio-2026-02-12-${process.platform}-${process.arch}`,
  release,
  download,
  module,
  takes: 'about 3 minutes on 2 cores',
};

export interface RunningMinio extends RunningServer {
  /** `http://127.0.0.1:<port>`; use path-style addresses. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * A MinIO server on a free port of 127.0.0.1 with generated credentials and no console, gone with this process.
 * @throws DrError `missing` (permanent) when there is no program to start; `unreachable` with its log when it does not start
 */
export const startMinio = async (options: { say?: Say } = {}): Promise<RunningMinio> => {
  const say = options.say ?? sayOnStderr;
  const executable = await resolveMinio({ say });
  const credentials = { accessKeyId: randomBytes(8).toString('hex'), secretAccessKey: randomBytes(20).toString('hex') };
  const { running, ports } = await runServer({
    name: 'minio',
    user: null,
    ports: 1,
    server: (dir, [port = 0]) => objectServer(executable, dir, port, credentials, say),
  });
  const facts = { endpoint: `http://127.0.0.1:${ports[0]}`, region, ...credentials };
  return Object.assign(running, facts);
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
