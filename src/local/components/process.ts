import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DrError } from '../../domain/errors.ts';
import { tellKeeper } from './keeper.ts';
import { type Say, waitingFor } from './say.ts';
import type { ServerUser } from './server-user.ts';

export interface ServerPlan {
  name: string;
  command: string;
  args: readonly string[];
  /** Beside PATH, HOME (the run folder), LANG and TZ, nothing of this process's environment reaches the server. */
  env?: Readonly<Record<string, string>>;
  user: ServerUser | null;
  /** The run folder: where the log goes; it is the server's current directory too. */
  dir: string;
  /** Asks it to end in an orderly way, quickly. */
  stopSignal: NodeJS.Signals;
  /** True once the server of this very process (not another on the same port) answers. Errors count as "not yet". */
  isReady(state: { pid: number; log: string }): Promise<boolean> | boolean;
}

export interface ServerProcess {
  readonly pid: number;
  readonly logFile: string;
  /** Starts it (again). @throws PortTaken, or DrError `unreachable` with the last lines of the log */
  start(): Promise<void>;
  /** Ends it in an orderly way, with SIGKILL after 10 s. Ends quietly when it is not running. */
  stop(): Promise<void>;
  /** SIGKILL to the whole process group, then waits until it is gone: a crash. */
  kill(): Promise<void>;
}

/** A port was taken between choosing and binding it: start again with other ports. */
export class PortTaken extends Error {}

const readyWithinMs = 60_000;
const stopWithinMs = 10_000;
const portTaken = /address already in use|port is already in use|could not create any TCP\/IP sockets/i;

/** A server in a process group of its own, which the keeper ends when this process is gone. It does not hold this process open. */
export const serverProcess = (plan: ServerPlan, say: Say): ServerProcess => {
  const logFile = join(plan.dir, 'server.log');
  let child: ChildProcess | undefined;
  let ended: Promise<string> = Promise.resolve('it was never started');

  const launch = (): ChildProcess => {
    const log = openSync(logFile, 'w');
    const launched = spawn(plan.command, plan.args, {
      cwd: plan.dir,
      env: { PATH: process.env.PATH ?? '', HOME: plan.dir, LANG: 'C', TZ: 'UTC', ...plan.env },
      stdio: ['ignore', log, log],
      detached: true,
      ...plan.user,
    });
    closeSync(log);
    const { pid } = launched;
    if (pid !== undefined) tellKeeper({ keep: 'group', pid, signal: plan.stopSignal });
    ended = new Promise((resolve) => {
      launched.once('error', (error) => resolve(error.message));
      launched.once('exit', (code, signal) => {
        if (pid !== undefined) tellKeeper({ drop: 'group', pid });
        resolve(`it ended with ${signal ?? `exit code ${code}`}`);
      });
    });
    launched.unref();
    return launched;
  };

  const isRunning = (): boolean => child?.pid !== undefined && child.exitCode === null && child.signalCode === null;

  const untilReady = async (): Promise<void> => {
    const deadline = Date.now() + readyWithinMs;
    while (isRunning() && Date.now() < deadline) {
      try {
        if (await plan.isReady({ pid: child?.pid ?? 0, log: readFileSync(logFile, 'utf8') })) return;
      } catch {
        // not yet: the deadline decides
      }
      await pause(25);
    }
    const log = readFileSync(logFile, 'utf8').trim();
    if (!isRunning() && portTaken.test(log)) throw new PortTaken(log);
    const why = isRunning() ? `no answer within ${readyWithinMs / 1000} s` : await ended;
    await end('SIGKILL', 0);
    throw new DrError(
      'unreachable',
      `${plan.name} did not start: ${why}\n${log.split('\n').slice(-20).join('\n')}`,
      `its command was: ${[plan.command, ...plan.args].join(' ')}`,
    );
  };

  const end = async (signal: NodeJS.Signals, graceMs: number): Promise<void> => {
    if (!isRunning()) return;
    signalGroup(child?.pid, signal);
    const deadline = Date.now() + graceMs;
    while (isRunning()) {
      if (Date.now() >= deadline) signalGroup(child?.pid, 'SIGKILL');
      await pause(10);
    }
  };

  return {
    get pid() {
      return child?.pid ?? 0;
    },
    logFile,
    start: async () => {
      if (isRunning()) return;
      child = launch();
      await waitingFor(`${plan.name} to answer`, untilReady(), say);
    },
    stop: () => end(plan.stopSignal, stopWithinMs),
    kill: () => end('SIGKILL', 0),
  };
};

const signalGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};
