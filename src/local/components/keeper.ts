import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the keeper is told, one JSON document a line. */
export type KeeperOrder =
  | { keep: 'group'; pid: number; signal: NodeJS.Signals }
  | { keep: 'dir'; path: string }
  | { drop: 'group'; pid: number }
  | { drop: 'dir'; path: string };

let keeper: ChildProcess | undefined;

/**
 * Tells this process's keeper what to end or remove when this process is gone, however it ends: SIGKILL included, because
 * the keeper only waits for its pipe to close. There is one keeper per process, in a session of its own.
 */
export const tellKeeper = (order: KeeperOrder): void => {
  if (keeper === undefined || keeper.exitCode !== null || keeper.signalCode !== null) {
    if ('drop' in order) return;
    keeper = spawn(process.execPath, [fileURLToPath(new URL('keeper-main.ts', import.meta.url))], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: {},
    });
    keeper.stdin?.on('error', () => undefined);
    keeper.unref();
    (keeper.stdin as unknown as { unref(): void }).unref();
  }
  keeper.stdin?.write(`${JSON.stringify(order)}\n`);
};
