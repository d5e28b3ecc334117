import type { Kind } from '../../../src/stores/port.ts';

/** One row of every object that the suite makes: two text columns, no key, duplicates allowed. */
export type Row = readonly [key: string, value: string | null];

/**
 * What an adapter supplies so that the suite can run over it. Nothing in it goes through the adapter under test, so that
 * the suite sees what is really there.
 */
export interface Harness<Meta> {
  kind: Kind<Meta>;
  /** Where another process imports the kind from, to cut units there. */
  module: { href: string; exportName: string };
  /** Capabilities that `can` has to have. The rest has to be absent. */
  can: { fence: boolean; canary: boolean; checks?: true };
  /**
   * Selections that the adapter can honour: `parts` (definitions or rows alone), `existing` (beside what a place holds), `owners`
   * (and rights: dropped or mapped). The rest it has to refuse by name.
   */
  selects: { parts: boolean; existing: boolean; owners: boolean };
  /** The stable name the adapter gives an object: `orders` may be `public.orders`. Filters match it. */
  nameOf(object: string): string;
  /** The longest name of an object, in bytes. */
  longestName: number;
  /** Rows (of about 100 bytes) that make an object several data units, or as many as are affordable. */
  bigRows: number;
  /** An object is what is in it: without a row it is not there. */
  hasNoEmpty?: true;
  /** The server takes its time for every object: there are fewer rounds, and of the hostile names these. Tests name some: `fewNames`. */
  slow?: { names: readonly string[] };
  /** No server and no connections, so nothing that breaks or restarts. */
  isInProcess?: true;
  /** Starts the server, or finds it. Called once. */
  start(): Promise<Lab>;
}

export interface Lab {
  /** A new place that holds nothing. The URL may do all that the product needs. */
  empty(): Promise<string>;
  /** A URL of a place that does not exist on a server that does. */
  absent(): Promise<string>;
  /** Makes the object hold exactly these rows, inserted in this order; makes the object when there is none. */
  put(url: string, object: string, rows: readonly Row[]): Promise<void>;
  drop(url: string, object: string): Promise<void>;
  /** Every row of the object, in any order. An object that is not there rejects. */
  rows(url: string, object: string): Promise<Row[]>;
  /** A session of an ordinary client, with the rights of a service and no more. */
  user(url: string): Promise<User>;
  /** Breaks every connection to the place from the outside. Without it those tests count as not run. */
  cut?(url: string): Promise<void>;
  /** Restarts the server and waits until it answers. Without it that test counts as not run. */
  restart?(): Promise<void>;
  stop(): Promise<void>;
}

export interface User extends AsyncDisposable {
  /** Adds one row and returns when it is acknowledged. Rejects when it is refused. */
  write(object: string, row: Row): Promise<void>;
}

/** Names that break concatenated SQL, paths, patterns and JavaScript objects. */
export const hostileNames = (longest: number): readonly string[] => [
  'or"ders',
  "o'rders",
  'two\nlines',
  'tab\there',
  'semi; drop table orders; --',
  'back\\slash',
  'select',
  'Case',
  'case',
  'trailing ',
  '.hidden',
  '/leading/slash',
  '../../escape',
  'a.b.c',
  'st*r',
  '$1 %s {}',
  '__proto__',
  'ünïcødé 雪 🧊',
  'l'.repeat(longest),
];

/** Those that tests name, and one that differs in its case. */
export const fewNames: readonly string[] = [
  'or"ders',
  'semi; drop table orders; --',
  'Case',
  'case',
  'st*r',
  '__proto__',
];

/** Values that a text format or a careless checksum confuses. */
export const hostileRows: readonly Row[] = [
  ['null', null],
  ['empty', ''],
  ['the word', 'NULL'],
  ['copy null', '\\N'],
  ['copy end', '\\.'],
  ['escapes', 'a\tb\nc\r\nd\\e"f\'g,h'],
  ['unicode', 'é é 雪 🧊 \u202e'],
  ['spaces', '  '],
  ['long', 'x'.repeat(20_000)],
  ['', 'empty key'],
];
