import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, install } from './cache.ts';
import { installStandIn, standInCommand } from './mongodb-stand-in.ts';
import { type ServerProcess, serverProcess } from './process.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { type Say, sayOnStderr } from './say.ts';
import { findOnPath, requireTool } from './tool.ts';

const cacheName = 'mongo-java-server-h2-1.47.0-3';
const program = 'mongod';

const byHand = `put mongod 5.0 or newer on PATH (the download page of MongoDB; macOS: brew install mongodb-community), \
or for a stand-in that can less install a Java development kit, 11 or newer, and Maven 3 (Debian, Ubuntu: apt install default-jdk-headless maven)`;

/** A `mongod`, or the folder of the stand-in. @throws DrError `missing` (permanent) with everything tried */
export const resolveMongodb = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent(
    { name: 'MongoDB', byHand },
    [
      { says: 'mongod on PATH', find: () => findOnPath(program) },
      {
        says: 'cache (a stand-in)',
        find: async () => {
          await requireTool('java');
          return cached(cacheName);
        },
      },
      {
        says: 'Maven artifact mongo-java-server (a stand-in)',
        takes: 'about half a minute',
        find: async () => {
          await requireTool('java');
          return install(cacheName, installStandIn, options.say);
        },
      },
    ],
    options,
  );

export interface RunningMongodb extends RunningServer {
  /** Without a database; no users. */
  readonly url: string;
  readonly port: number;
  /** It only speaks MongoDB's protocol: see `installStandIn` for what it lacks. */
  readonly isStandIn: boolean;
}

export interface MongodbOptions {
  say?: Say;
  /** The stand-in keeps nothing when it ends, and is many times faster. */
  isVolatile?: boolean;
}

/**
 * A MongoDB server of its own on a free port of 127.0.0.1, gone with this process; a stand-in where no mongod
 * is on PATH.
 * @throws DrError `missing` (permanent) when there is neither; `unreachable` with its log when it does not start
 */
export const startMongodb = async (options: MongodbOptions = {}): Promise<RunningMongodb> => {
  const say = options.say ?? sayOnStderr;
  const resolved = await resolveMongodb({ say });
  const isStandIn = !resolved.endsWith(program);
  const { running, ports } = await runServer({
    name: 'mongodb',
    user: null,
    ports: 1,
    prepare: async (dir) => void (await mkdir(join(dir, 'data'))),
    server: (dir, [port = 0]) => {
      const data = join(dir, 'data');
      const file = options.isVolatile ? null : join(data, 'mongo.mv');
      const command = isStandIn ? standInCommand(resolved, file, port) : mongodCommand(resolved, data, port);
      return mongodbServer(command, isStandIn, dir, port, say);
    },
  });
  const [port = 0] = ports;
  return Object.assign(running, { url: `mongodb://127.0.0.1:${port}/?directConnection=true`, port, isStandIn });
};

const mongodCommand = (command: string, data: string, port: number): { command: string; args: string[] } => ({
  command,
  args: ['--dbpath', data, '--bind_ip', '127.0.0.1', '--port', `${port}`],
});

/** Ready is what its own output says, so no other server on the port can be mistaken for it. */
const mongodbServer = (
  { command, args }: { command: string; args: string[] },
  isStandIn: boolean,
  dir: string,
  port: number,
  say: Say,
): ServerProcess => {
  const isListening = isStandIn ? `listening on ${port}` : 'Waiting for connections';
  return serverProcess(
    {
      name: isStandIn ? 'MongoDB stand-in' : 'MongoDB',
      command,
      args,
      user: null,
      dir,
      stopSignal: 'SIGTERM',
      isReady: ({ log }) => log.includes(isListening),
    },
    say,
  );
};
