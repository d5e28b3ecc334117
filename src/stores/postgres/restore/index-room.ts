import type { Client } from 'pg';
import type { EntryMeta, PostgresMeta } from '../meta.ts';
import { lookAtMachine, type Machine } from './machine.ts';

/** What an index over vectors takes to be built. */
export interface Wanted {
  bytes: number;
  /** With less it cannot be built at all. With less than the rest it is only slow. */
  isLeast: boolean;
}

/** Settings of the server and of this connection before anything was set. */
export interface Usual {
  maintenanceBytes: number;
  cacheBytes: number;
  workers: number;
  mostWorkers: number;
}

export interface Room {
  bytes: number;
  workers: number;
}

const overVectors = /^CREATE INDEX [^;]* USING (?:hnsw|ivfflat) \([^;]*/gm;
const numberOf = (definition: string, option: string, usual: number): number =>
  Number(new RegExp(`\\b${option}='?(\\d+)`).exec(definition)?.[1] ?? usual);

/** Rows of the table it is on, and bytes of one of its entries at the source. */
const sizeOf = (meta: PostgresMeta, entry: EntryMeta): { rows: number; entryBytes: number } => {
  const on = meta.entries.find(({ id }) => id === entry.on);
  const table = meta.tables.find(({ schema, name }) => schema === on?.schema && name === on.tag);
  const rows = (table?.parts ?? []).reduce((sum, [, count]) => sum + count, 0);
  return { rows, entryBytes: rows === 0 ? 0 : Math.ceil(entry.bytes / rows) };
};

/**
 * HNSW: the whole graph, or rows beyond are put in one by one on disk, many times slower. An element in memory is its vector,
 * 200 bytes, and 16 bytes for each of its neighbours on all layers. IVFFlat: samples, and for each a bound to every list.
 * Sources: hnswutils.c and ivfkmeans.c of pgvector 0.8.
 */
const wantedFor = (definition: string, { rows, entryBytes }: { rows: number; entryBytes: number }): Wanted => {
  if (/ USING hnsw /.test(definition)) {
    const neighbours = 2.1 * numberOf(definition, 'm', 16);
    return { bytes: Math.ceil(1.05 * rows * (entryBytes + 200 + 16 * neighbours)) + 8 * 2 ** 20, isLeast: false };
  }
  const lists = numberOf(definition, 'lists', 100);
  const samples = Math.max(10_000, 50 * lists);
  const item = Math.max(entryBytes, 16) + 8;
  return {
    bytes: (samples + 3 * lists) * item + 4 * lists * (samples + lists) + 12 * samples + 2 ** 20,
    isLeast: true,
  };
};

/** The largest want among the indexes over vectors that a script makes; null when it makes none. */
export const wantedBy = (script: string, meta: PostgresMeta, entries: readonly EntryMeta[]): Wanted | null => {
  const definitions = script.match(overVectors) ?? [];
  if (definitions.length === 0) return null;
  const sizes = entries.filter(({ kind }) => kind === 'INDEX').map((entry) => sizeOf(meta, entry));
  const largest = sizes.toSorted((a, b) => b.rows * b.entryBytes - a.rows * a.entryBytes)[0];
  const wants = definitions.map((definition) => wantedFor(definition, largest ?? { rows: 0, entryBytes: 0 }));
  return {
    bytes: Math.max(...wants.map(({ bytes }) => bytes)),
    isLeast: wants.some(({ isLeast }) => isLeast),
  };
};

/**
 * What one build gets while no other over vectors runs: what it wants, up to half of what the machine has left. Where that is
 * not known, up to what the server gives its cache. Helpers share the graph: where the machine lets them share less than it
 * takes, one process does it alone, in memory of its own.
 */
export const roomOf = (wanted: Wanted, usual: Usual, machine: Machine): Room => {
  const most = machine.freeBytes === null ? usual.cacheBytes : machine.freeBytes / 2;
  const fit = Math.min(wanted.bytes, Math.max(most, wanted.isLeast ? wanted.bytes : 0));
  const bytes = Math.max(usual.maintenanceBytes, Math.floor(fit));
  const isShareable = machine.sharedBytes === null || bytes <= 0.8 * machine.sharedBytes;
  const helpers = machine.cores ?? usual.workers;
  return { bytes, workers: isShareable ? Math.max(0, Math.min(helpers, usual.mostWorkers)) : 0 };
};

const usualSql = `SELECT pg_size_bytes(current_setting('maintenance_work_mem'))::float8 AS "maintenanceBytes",
  pg_size_bytes(current_setting('shared_buffers'))::float8 AS "cacheBytes",
  current_setting('max_parallel_maintenance_workers')::int AS workers,
  current_setting('max_worker_processes')::int AS "mostWorkers"`;

/** Locks of this key are held while an index over vectors is built: one at a time in a database. */
const turn = 7038330158;

/** With no table small enough for fewer helpers: vectors are often stored apart from it. */
const setSql = `SELECT set_config('maintenance_work_mem', $1 || 'kB', true),
  set_config('max_parallel_maintenance_workers', $2, true),
  set_config('max_parallel_workers', greatest($2::int, current_setting('max_parallel_workers')::int)::text, true),
  set_config('min_parallel_table_scan_size', '0', true)`;

/** Memory for one build of several: a share of what the server gives its cache, and at least what it would take anyway. */
const shareSql = (parallel: number): string => `
  SELECT set_config('maintenance_work_mem', greatest(
    pg_size_bytes(current_setting('maintenance_work_mem')),
    least(pg_size_bytes('1GB'), pg_size_bytes(current_setting('shared_buffers')) / ${Math.max(1, parallel)})) / 1024 || 'kB', true)`;

/** `could not resize shared memory segment`: a container with little of it. */
const isOutOfShared = (error: unknown): boolean =>
  error instanceof Error && /shared memory segment|could not map|dynamic shared memory/.test(error.message);

const most = 2_147_483_647;

/**
 * Runs a script that makes indexes, with memory and helpers that fit the machine, until the transaction ends. Indexes over
 * vectors are built one at a time, with all there is for them; others side by side, each with a share.
 */
export const runWithRoom = async (
  client: Client,
  script: string,
  wanted: Wanted | null,
  parallel: number,
): Promise<void> => {
  if (wanted === null) {
    await client.query(shareSql(parallel));
    await client.query(script);
    return;
  }
  await client.query(`SELECT pg_advisory_xact_lock(${turn})`);
  const { rows } = await client.query<Usual>(usualSql);
  const room = roomOf(wanted, rows[0]!, await lookAtMachine(client));
  const kilobytes = String(Math.min(most, Math.ceil(room.bytes / 1024)));
  await client.query(setSql, [kilobytes, String(room.workers)]);
  await client.query('SAVEPOINT alone');
  try {
    await client.query(script);
  } catch (error) {
    if (room.workers === 0 || !isOutOfShared(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT alone');
    await client.query(setSql, [kilobytes, '0']);
    await client.query(script);
  }
};
