import { setTimeout as pause } from 'node:timers/promises';
import type { Say } from '../components/say.ts';
import { isSameProcess } from './process-id.ts';
import { estateFolder, readState, removeState } from './state.ts';

const orderlyMs = 30_000;
const keeperMs = 12_000;

/**
 * Ends the local estate that `up` started, its servers and their data, and nothing else. Answers false when none is up.
 * A host that does not end within 30 s is killed: its keeper then ends the servers and removes their folders.
 */
export const down = async (print: Say, dir: string = estateFolder()): Promise<boolean> => {
  const state = readState(dir);
  if (state === null) {
    await removeState(dir);
    print('no local estate is up');
    return false;
  }
  process.kill(state.host.pid, 'SIGTERM');
  const isGone = await until(() => !isSameProcess(state.host), orderlyMs);
  if (!isGone) {
    print(`its host ${state.host.pid} does not end: killing it`);
    process.kill(state.host.pid, 'SIGKILL');
    await until(() => !isSameProcess(state.host), keeperMs);
  }
  await removeState(dir);
  print('local estate is down, its data is removed');
  return true;
};

const until = async (isTrue: () => boolean, withinMs: number): Promise<boolean> => {
  const deadline = Date.now() + withinMs;
  while (!isTrue()) {
    if (Date.now() > deadline) return false;
    await pause(50);
  }
  return true;
};
