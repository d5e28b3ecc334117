import type { Mark } from '../domain/words.ts';
import type { Trouble } from './trouble.ts';

/** Anything JSON can hold without loss. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One object: its rows as JSON texts, in the order of insertion. */
export interface MemoryObject {
  rows: string[];
  isIndexed: boolean;
  /** Rows as last counted by the server itself; null until then. */
  counted: number | null;
}

/** Who restores, what was applied, and the rows that were there before where rows are added. */
export interface MemoryLedger {
  writer: string;
  units: Set<string>;
  before: ReadonlyMap<string, readonly string[]>;
}

/** Everything a database holds. What an adapter changes in one synchronous stretch is one transaction. */
export interface MemoryDatabase {
  readonly objects: Map<string, MemoryObject>;
  /** What the product keeps beside the data. */
  mark: Mark | null;
  epoch: number;
  ledger: MemoryLedger | null;
  /** Writers that have ended and added rows to others. */
  readonly loaded: Set<string>;
  isFenced: boolean;
  /** What the server is like. Tests turn these. */
  version: number;
  isDown: boolean;
  /** How far the clock of the caller is ahead of the server's. */
  skewMs: number;
  troubles: Trouble[];
  /** Every call of the Store port, in order, with the unit it was about. */
  readonly calls: { on: Trouble['on']; unit: string | null }[];
}

const databases = new Map<string, MemoryDatabase>();

const existing = (url: string): MemoryDatabase => {
  const database = databases.get(url);
  if (database === undefined) throw new Error(`no memory database at ${url}: create it first`);
  return database;
};

/**
 * The server behind `memory://name` and `memory://server/database`, as long as this process lives: what the memory store
 * and the memory provider talk to, and where tests fill, change and break places behind the product's back.
 */
export const memoryServer = {
  /** Makes an empty database; finds the one that is there. */
  create(url: string): MemoryDatabase {
    const found = databases.get(url);
    if (found !== undefined) return found;
    const made: MemoryDatabase = {
      objects: new Map(),
      mark: null,
      epoch: 0,
      ledger: null,
      loaded: new Set(),
      isFenced: false,
      version: 1,
      isDown: false,
      skewMs: 0,
      troubles: [],
      calls: [],
    };
    databases.set(url, made);
    return made;
  },
  find: (url: string): MemoryDatabase | undefined => databases.get(url),
  /** Removes a database and everything in it. Absent is fine. */
  drop: (url: string): void => void databases.delete(url),
  /** Makes the object hold exactly these rows. */
  put(url: string, object: string, rows: readonly Json[]): void {
    const texts = rows.map((row) => JSON.stringify(row));
    existing(url).objects.set(object, { rows: texts, isIndexed: true, counted: texts.length });
  },
  dropObject: (url: string, object: string): void => void existing(url).objects.delete(object),
  /** @throws Error when there is no such object */
  rows(url: string, object: string): Json[] {
    const found = existing(url).objects.get(object);
    if (found === undefined) throw new Error(`no object ${JSON.stringify(object)}`);
    return found.rows.map((row) => JSON.parse(row) as Json);
  },
  /** One row by an ordinary client. @throws Error when the database is down or fenced, or has no such object */
  write(url: string, object: string, row: Json): void {
    const database = existing(url);
    if (database.isDown) throw new Error('connection refused');
    if (database.isFenced) throw new Error('writes are refused: fenced');
    const found = database.objects.get(object);
    if (found === undefined) throw new Error(`no object ${JSON.stringify(object)}`);
    found.rows.push(JSON.stringify(row));
    found.counted = found.rows.length;
  },
};
