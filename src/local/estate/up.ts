import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DrError } from '../../domain/errors.ts';
import { takeLock } from '../components/lock.ts';
import type { Say } from '../components/say.ts';
import { type EstateState, estateFolder, logFile, readState } from './state.ts';

/**
 * Starts the local estate in the background (Temporal with its UI, PostgreSQL, MinIO) and says where everything is. Where
 * one is up already, only says so. Killed half-way, nothing stays up.
 * @throws DrError `unreachable` with the end of the log when it does not start
 */
export const up = async (print: Say, dir: string = estateFolder()): Promise<EstateState> => {
  mkdirSync(dir, { recursive: true });
  const lock = await takeLock(join(dir, 'local-estate.lock'), 'another dr up', print);
  try {
    const state = readState(dir) ?? (await start(print, dir));
    for (const line of describe(state)) print(line);
    return state;
  } finally {
    await lock.release();
  }
};

const start = async (print: Say, dir: string): Promise<EstateState> => {
  const log = openSync(logFile(dir), 'w');
  const host = spawn(process.execPath, [fileURLToPath(new URL('host.ts', import.meta.url)), dir], {
    stdio: ['pipe', log, log],
    detached: true,
  });
  closeSync(log);
  let printed = 0;
  for (;;) {
    const state = readState(dir);
    const lines = existsSync(logFile(dir)) ? readFileSync(logFile(dir), 'utf8').split('\n') : [];
    for (const line of lines.slice(printed, -1)) print(line);
    printed = Math.max(printed, lines.length - 1);
    if (state !== null) {
      host.stdin?.destroy();
      host.unref();
      return state;
    }
    if (host.exitCode !== null || host.signalCode !== null) {
      throw new DrError(
        'unreachable',
        `local estate did not start: its host ended with ${host.signalCode ?? `exit code ${host.exitCode}`}`,
        `read ${logFile(dir)}; dr doctor says what is missing`,
      );
    }
    await pause(100);
  }
};

/** Where everything is, for people. */
const describe = (state: EstateState): readonly string[] => [
  `local estate is up since ${state.startedAt}`,
  `  Temporal UI  ${state.temporal.uiUrl}`,
  `  Temporal     ${state.temporal.address}, namespace ${state.temporal.namespace}`,
  `  PostgreSQL   postgres@127.0.0.1:${state.postgres.port}, database postgres`,
  `  MinIO        ${state.minio.endpoint}, access key ${state.minio.accessKeyId}`,
  '  passwords    in .dr/local-estate.json',
  'dr down ends it and removes its data',
];
