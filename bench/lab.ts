import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type RunningPostgres, startPostgres } from '../src/local/components/postgres.ts';
import { sayOnStderr } from '../src/local/components/say.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** The same for both sides: what a server of this size would be given, and nothing that is unsafe. */
export const serverSettings: Readonly<Record<string, string>> = {
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  autovacuum: 'off',
};

/** One server and one folder, in which both sides work. */
export interface Lab extends Workspace {
  server: RunningPostgres;
  /** `PostgreSQL 16.14` */
  version: string;
  /** An empty database, in place of one of that name. Returns its URL. */
  database(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  /** An empty folder, in place of one of that name. */
  empty(name: string): Promise<string>;
  /** What ran before leaves no work behind for what comes next. */
  settle(): Promise<void>;
}

export const query = async <Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
};

/** Bytes of all files below a folder. */
export const sizeOf = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.map(async (entry) =>
    entry.isFile() ? (await stat(join(entry.parentPath, entry.name))).size : 0,
  );
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
};

/** Starts the server; everything goes when it is disposed of. */
export const openLab = async (targets: readonly string[]): Promise<Lab> => {
  await using undo = new AsyncDisposableStack();
  const server = undo.use(await startPostgres({ settings: serverSettings, say: sayOnStderr }));
  const urlOf = (name: string): string => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  const { folder, env } = undo.use(
    await openWorkspace('postgres', targets, {
      DR_PG_BIN: server.bin,
      SERVER: server.url,
      BACK: urlOf('back'),
      ...Object.fromEntries(targets.map((name) => [name.toUpperCase(), urlOf(name)])),
    }),
  );
  const drop = async (name: string): Promise<void> => {
    await query(server.url, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
  };
  const [said] = await query<{ version: string }>(server.url, 'SELECT version()');
  const kept = undo.move();
  return {
    server,
    version: /^\w+ [\d.]+/.exec(said?.version ?? '')?.[0] ?? '',
    folder,
    env,
    drop,
    database: async (name) => {
      await drop(name);
      await query(server.url, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      return urlOf(name);
    },
    empty: async (name) => {
      const path = join(folder, name);
      await rm(path, { recursive: true, force: true });
      await mkdir(path);
      return path;
    },
    settle: async () => void (await query(server.url, 'CHECKPOINT')),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};
