import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { nodeArgs } from '../bin/node-options.mjs';
import type { Lab } from './lab.ts';
import type { Workspace } from './workspace.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

interface Ran {
  /** From the start of the process to its end. */
  seconds: number;
  /** The most memory it ever had, as the kernel counts it; 0 where the kernel does not tell. */
  peakMiB: number;
  answer: Record<string, unknown>;
}

const highWater = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

/** Runs `dr` as a user does, in a process of its own. @throws when it does not end well */
export const dr = async ({ env, folder }: Workspace, ...args: readonly string[]): Promise<Ran> => {
  const began = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, cli, ...args, '--json'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let peakMiB = 0;
  const clock = setInterval(() => {
    peakMiB = Math.max(peakMiB, highWater(child.pid ?? 0));
  }, 50);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  clearInterval(clock);
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`dr ${args.join(' ')} ended with ${code}:\n${err}\n${out}`);
  return { seconds, peakMiB, answer: JSON.parse(out) };
};

/** Backs a target up into an empty vault. */
export const takeSet = async (lab: Lab, target: string): Promise<Ran> => {
  await lab.empty('vault');
  await lab.settle();
  return dr(lab, 'snapshot', target);
};

/** `ready`: indexes, keys and statistics are there, `index` of it for indexes. `verify`: every row read again. All in `seconds`. */
export type Restored = Ran & { ready: number; index: number; verify: number };

/** Restores the newest set to the place at `BACK`. */
export const restoreTo = async (workspace: Workspace, target: string): Promise<Restored> => {
  const ran = await dr(workspace, 'restore', `${target}/latest`, '--to', 'env:BACK', '--yes');
  const verify = Number(ran.answer.verifyMs) / 1000;
  return { ...ran, verify, index: Number(ran.answer.indexMs) / 1000, ready: ran.seconds - verify };
};

/** The same into an empty database `back`. */
export const restoreSet = async (lab: Lab, target: string): Promise<Restored> => {
  await lab.database('back');
  await lab.settle();
  return restoreTo(lab, target);
};
