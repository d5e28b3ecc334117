import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { cached, install } from './cache.ts';
import { installJars } from './maven-jars.ts';
import { reservePort } from './ports.ts';
import { serverProcess } from './process.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { downloadTemporal } from './temporal-download.ts';
import { allOnPath } from './tool.ts';

const version = '1.32.1';
const program = 'temporal-test-server';
const artifact = `io.temporal:temporal-test-server:${version}`;
const cacheName = `${program}-${version}-${process.platform}-${process.arch}`;

const byHand = `put ${program} on PATH (releases of github.com/temporalio/sdk-java), or install Java 11 or newer and Maven 3 \
(Debian, Ubuntu: apt install default-jre-headless maven; macOS: brew install openjdk maven)`;

/**
 * The time-skipping Temporal server as a program, for `TestWorkflowEnvironment.createTimeSkipping` (`existing-path`), which
 * starts and stops it.
 * @throws DrError `missing` (permanent) with everything tried
 */
export const resolveTestServer = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent(
    { name: 'Temporal test server', byHand },
    [
      { says: 'PATH', find: findOnPath },
      { says: 'cache', find: async () => join(cached(cacheName), program) },
      {
        says: `official download v${version}`,
        takes: 'up to a minute',
        find: async () => join(await install(cacheName, download, options.say), program),
      },
      {
        says: `Maven artifact ${artifact}`,
        takes: 'about half a minute',
        find: async () => join(await install(cacheName, installArtifact, options.say), program),
      },
    ],
    options,
  );

const findOnPath = async (): Promise<string> => {
  const [path] = await allOnPath(program);
  if (path === undefined) throw new Error(`no ${program} there`);
  return path;
};

const download = (folder: string): Promise<void> => downloadTemporal(folder, program, `v${version}`, program);

/** Relative paths, because Java accepts its archive of loaded classes only for the very class path it was made with. */
const javaArgs = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', 'jars/*'];
const mainClass = 'io.temporal.testserver.TestServer';

/** The watcher beside Java ends it when the process that started it is gone: nobody else would. */
const launcher = `#!/bin/sh
set -f
cd "$(dirname "$0")" || exit 1
(while kill -0 "$PPID" && kill -0 $$; do sleep 1; done; kill -9 $$) >/dev/null 2>&1 </dev/null &
exec java -Xlog:disable -XX:SharedArchiveFile=classes.jsa ${javaArgs.join(' ')} ${mainClass} "$@"
`;

const installArtifact = async (folder: string): Promise<void> => {
  await installJars(folder, [artifact, 'org.slf4j:slf4j-nop:1.7.36']);
  await archiveClasses(folder);
  await writeFile(join(folder, program), launcher);
  await chmod(join(folder, program), 0o755);
};

/**
 * Runs it once and lets Java keep the classes it loaded: a start then costs a third, which keeps it within the 5 s that the
 * SDK allows on a busy machine. A Java that cannot (before 13) starts without.
 */
const archiveClasses = async (folder: string): Promise<void> => {
  const port = await reservePort();
  const server = serverProcess(
    {
      name: program,
      command: 'java',
      args: ['-XX:ArchiveClassesAtExit=classes.jsa', ...javaArgs, mainClass, String(port)],
      user: null,
      dir: folder,
      stopSignal: 'SIGTERM',
      isReady: async () => {
        const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: '2s' });
        await connection.close();
        return true;
      },
    },
    () => undefined,
  );
  await server.start().catch(() => undefined);
  await server.stop();
  await rm(server.logFile, { force: true });
};
