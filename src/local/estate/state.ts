import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSameProcess, type ProcessId } from './process-id.ts';

/**
 * The local estate that is up, as kept in `.dr/local-estate.json` of the checkout (mode 600: it holds passwords).
 * `host` is the one process that owns the servers: ending it ends them and removes their folders.
 */
export interface EstateState {
  version: 1;
  host: ProcessId;
  /** ISO 8601. */
  startedAt: string;
  temporal: { address: string; uiUrl: string; namespace: string; pid: number };
  /** `url` is the superuser's, database `postgres`; `bin` has psql, pg_dump and pg_restore. */
  postgres: { url: string; port: number; bin: string; pid: number };
  minio: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string; pid: number };
}

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '.dr');

/** Where state and log are kept. The second argument of every function below, for tests that want a folder of their own. */
export const estateFolder = (): string => folder;
export const stateFile = (dir: string): string => join(dir, 'local-estate.json');
export const logFile = (dir: string): string => join(dir, 'local-estate.log');

/** What the file says, or null. A file whose host is gone (a crash, a reboot) is not a state: its servers are gone too. */
export const readState = (dir: string = folder): EstateState | null => {
  try {
    const state = JSON.parse(readFileSync(stateFile(dir), 'utf8')) as EstateState;
    return isSameProcess(state.host) ? state : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** Replaces the file by one rename, so that nobody reads half of it. */
export const writeState = async (state: EstateState, dir: string = folder): Promise<void> => {
  const part = `${stateFile(dir)}.${process.pid}.part`;
  await mkdir(dir, { recursive: true });
  await writeFile(part, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(part, stateFile(dir));
};

export const removeState = (dir: string = folder): Promise<void> => rm(stateFile(dir), { force: true });
