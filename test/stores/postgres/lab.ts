import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import type { RestoreSelection, Selection, Source } from '../../../src/domain/data.ts';
import { stages } from '../../../src/domain/words.ts';
import type { Place, Snapshot, Work, Writer } from '../../../src/stores/port.ts';
import { postgres } from '../../../src/stores/postgres/index.ts';
import type { PostgresMeta } from '../../../src/stores/postgres/meta.ts';
import { type MemoryVault, memoryVault } from '../../support/memory-vault.ts';
import { freshDatabase } from '../../support/servers.ts';

/** Runs SQL on a connection of its own and answers with the rows of its last statement. */
export const sql = async (url: string, text: string, values?: unknown[]): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const result = await client.query(text, values);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return (last as pg.QueryResult).rows;
  } finally {
    await client.end();
  }
};

/** A database that goes with the test. */
export const database = async (setUp = ''): Promise<string> => {
  const fresh = await freshDatabase('store');
  onTestFinished(() => fresh.drop());
  if (setUp !== '') await sql(fresh.url, setUp);
  return fresh.url;
};

export const open = async (url: string, work: Partial<Work> = {}): Promise<Place<PostgresMeta>> => {
  const place = await postgres.open(url, {
    signal: new AbortController().signal,
    beat: () => {},
    parallel: 2,
    ...work,
  });
  onTestFinished(() => place[Symbol.asyncDispose]());
  return place;
};

export const writer = (epoch = 1): Writer => ({ run: `run-${randomUUID()}`, set: randomUUID(), epoch });

export type Taken = Snapshot<PostgresMeta> & { vault: MemoryVault };

/** For hooks, which have no test to end with. */
export const takenFrom = async (url: string, selection: Selection = {}): Promise<Taken> => {
  const vault = memoryVault(65_536);
  await using place = await postgres.open(url, { signal: new AbortController().signal, beat: () => {}, parallel: 2 });
  const snapshot = await place.snapshot(vault, selection);
  return { ...snapshot, meta: JSON.parse(JSON.stringify(snapshot.meta)), vault };
};

export const take = async (url: string, selection: Selection = {}): Promise<Taken> => takenFrom(url, selection);

/** Everything that is not in the ledger yet, stage after stage. */
export const restoreRest = async (
  place: Place<PostgresMeta>,
  meta: PostgresMeta,
  from: Source,
  by: Writer,
): Promise<void> => {
  const done = await place.ledger(by);
  for (const stage of stages) {
    for (const unit of postgres.units(meta, stage, by.selection)) {
      if (!done.has(unit.id)) await place.restore(unit, meta, from, by);
    }
  }
};

/** Restores a set into a new database. */
export const copyOf = async ({ meta, vault }: Taken, selection: RestoreSelection = {}): Promise<string> => {
  const url = await database();
  const place = await open(url);
  const by = { ...writer(), selection };
  await place.begin(by, meta);
  await restoreRest(place, meta, vault, by);
  await place.end(by);
  return url;
};

/** Polls until it is so. */
export const until = async (what: string, is: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (!(await is())) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await pause(5);
  }
};
