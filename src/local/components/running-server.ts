import { onFreshPorts } from './ports.ts';
import type { ServerProcess } from './process.ts';
import { makeRunDir, removeRunDir } from './run-dir.ts';
import type { ServerUser } from './server-user.ts';

/** A server in a folder of its own, gone with this process. */
export interface RunningServer extends AsyncDisposable {
  /** Another one after `restart`. */
  readonly pid: number;
  readonly logFile: string;
  /** Ends it in an orderly way; its folder is removed. */
  stop(): Promise<void>;
  /** A crash: SIGKILL. The data stays: `restart` has it again. */
  kill(): Promise<void>;
  /** Stops it if it runs, and starts it on the same data and ports. */
  restart(): Promise<void>;
}

interface Launch {
  /** Names the folder. */
  name: string;
  user: ServerUser | null;
  ports: number;
  /** Readies the folder, once. */
  prepare?(dir: string): Promise<void>;
  server(dir: string, ports: readonly number[]): ServerProcess;
  /** In place of `start` when it starts again. */
  startAgain?(server: ServerProcess): Promise<void>;
}

/** Starts a server on free ports. What cannot start leaves no folder. @throws what `prepare` and the start throw */
export const runServer = async (launch: Launch): Promise<{ running: RunningServer; dir: string; ports: number[] }> => {
  const dir = await makeRunDir(launch.name, launch.user);
  let server: ServerProcess;
  let ports: number[];
  try {
    await launch.prepare?.(dir);
    [server, ports] = await onFreshPorts(launch.ports, async (free) => {
      const started = launch.server(dir, free);
      await started.start();
      return [started, [...free]] as const;
    });
  } catch (error) {
    await removeRunDir(dir);
    throw error;
  }
  const stop = async (): Promise<void> => {
    await server.stop();
    await removeRunDir(dir);
  };
  const running: RunningServer = {
    get pid() {
      return server.pid;
    },
    logFile: server.logFile,
    stop,
    kill: server.kill,
    restart: async () => {
      await server.stop();
      await (launch.startAgain ?? ((one) => one.start()))(server);
    },
    [Symbol.asyncDispose]: stop,
  };
  return { running, dir, ports };
};
