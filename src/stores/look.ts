import type { Filter, Parts, Sink, Source } from '../domain/data.ts';
import type { KeyedRow } from '../domain/merge-rows.ts';
import type { Snapshot, Work, Writer } from './port.ts';

/** `plain` is what the store's own shell runs, `custom` what its own restore program reads, selects from and parallelizes. */
export const stockFormats = ['plain', 'custom'] as const;
export type StockFormat = (typeof stockFormats)[number];

export interface StockDump {
  format: StockFormat;
  /** Definitions without rows. */
  schemaOnly: boolean;
}

/** One thing that a set holds, as filters name it. */
export interface Held {
  object: string;
  /** What stands for others (a partitioned table) has no rows of its own. */
  kind: 'table' | 'partitioned' | 'large-objects' | 'sequence';
  /** Plain bytes of its rows in the set. */
  bytes: number;
}

/** Text of each definition by its name, `TABLE public.orders`, and what wrote it: other programs may write it otherwise. */
export interface Definitions {
  writtenBy: string;
  texts: ReadonlyMap<string, string>;
}

/** What can be seen of a set without any server. */
export interface SetLook<Meta> {
  /** Definitions, rows, or both. Pure. */
  holds(meta: Meta): Parts;
  /** Pure. @throws DrError `no-match` */
  contents(meta: Meta, filter: Filter): readonly Held[];
  /** What the set holds and no file of a stock program does, as sentences. Pure. */
  notDumped(meta: Meta): readonly string[];
  /**
   * The definitions as a file of a stock program, as they come.
   * @returns null when only a server can write that file
   * @throws DrError `no-match`, `not-supported` (the set holds none), `missing` (no such program here), `interrupted`
   */
  dumpSchema(
    meta: Meta,
    from: Source,
    filter: Filter,
    format: StockFormat,
    work: Work,
  ): Promise<AsyncIterable<Uint8Array> | null>;
  /** Of what the filter selects, of a set that holds some. @throws DrError `no-match`, `missing`, `interrupted` */
  definitions(meta: Meta, from: Source, filter: Filter, work: Work): Promise<Definitions>;
}

/** Sets as documents of JSON, of kinds whose rows have such a form. Needs no server. */
export interface SetJson<Meta> {
  /** @throws DrError `no-match`, `not-supported`, `damaged`, `interrupted` */
  write(meta: Meta, from: Source, filter: Filter, work: Work): AsyncIterable<Uint8Array>;
  /** Such a document as a set again. @throws DrError `bad-input` (none, or not whole), `interrupted` */
  read(data: AsyncIterable<Uint8Array>, to: Sink, work: Work): Promise<Snapshot<Meta>>;
}

export interface Question {
  /** One statement that only reads. */
  query: string;
  /** Rows to answer with at most. */
  limit: number;
}

export interface Peeked {
  columns: readonly { name: string; type: string }[];
  /** Values as the store prints them. */
  rows: readonly (readonly (string | null)[])[];
  hasMore: boolean;
  /** What was loaded to answer, and the plain bytes that moved for it. */
  loaded: readonly string[];
  bytes: number;
}

export interface TableFacts {
  columns: readonly string[];
  /** Columns of the primary key, in its order; none when there is no key. */
  key: readonly string[];
  /** As in fingerprints: hashes of different algorithms cannot be compared. */
  algorithm: string;
}

/** One table at one moment. */
export interface TableReader {
  /** Every row, ordered by the bytes of its key's texts; without a key its hash stands for one. Once, before `fetch`. */
  rows: AsyncIterable<KeyedRow>;
  /** Rows by their keys, values as texts; keys in the result are `JSON.stringify` of those given. */
  fetch(keys: readonly (readonly string[])[]): Promise<ReadonlyMap<string, Readonly<Record<string, string | null>>>>;
}

/** What can be seen in a place beyond its fingerprint. Changes nothing but what `peek` and `load` say. */
export interface PlaceLook<Meta> {
  /** Names that filters may use here. */
  objects(): Promise<readonly string[]>;
  /** How many others are connected to it now. */
  others(): Promise<number>;
  definitions(filter: Filter): Promise<Definitions>;
  /** All of the place but the product's own, by a stock program. @throws DrError `missing`, `no-permission`, `interrupted` */
  dump(how: StockDump): AsyncIterable<Uint8Array>;
  /** The same into a file that is made anew: killed, it leaves a part of one. @throws DrError `no-space` too */
  dumpTo(file: string, how: StockDump): Promise<void>;
  /**
   * Answers a question of a set in a scratch place where `by` has begun: makes the schema, loads what the question reads and
   * nothing else, and asks. The place is of no other use afterwards.
   * @throws DrError `bad-input` (not one reading statement, or the server's own objection), `unknown-name`, `not-supported`,
   * `refused` (took too long)
   */
  peek(by: Writer, meta: Meta, from: Source, question: Question): Promise<Peeked>;
  /** Loads one table of a set, with its key, into a place where `by`, which selects it, has begun. */
  load(by: Writer, meta: Meta, from: Source, object: string): Promise<void>;
  /** Null when there is no such table. */
  describe(object: string): Promise<TableFacts | null>;
  /** Reads the columns of a table for as long as `body` takes. */
  read<T>(
    object: string,
    columns: readonly string[],
    key: readonly string[],
    body: (table: TableReader) => Promise<T>,
  ): Promise<T>;
}
