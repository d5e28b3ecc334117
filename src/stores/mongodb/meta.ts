/**
 * What a MongoDB set says about itself. Documents of collection `n` are in the streams `documents/<n>/<range>/<part>`:
 * one after the other, in the order of its parts, they are its `.bson` file. `metadata/<n>` is its `.metadata.json`.
 */
export interface Meta {
  /** Of the server: `5.0.30`. */
  version: string;
  /** The database the set is of; null: a whole server, and names begin with `database.`. */
  database: string | null;
  collections: readonly MetaCollection[];
}

export interface MetaCollection {
  /** As filters and fingerprints name it. */
  name: string;
  type: 'collection' | 'timeseries' | 'view';
  /** Raw BSON of the options it was made with, in base64. */
  options: string;
  /** Raw BSON of each index but the one of `_id`, in base64. */
  indexes: readonly string[];
  /** The order of the documents means something (capped): they are loaded one part after the other. */
  isOrdered: boolean;
  /** In their order; each is one stream. */
  parts: readonly Part[];
}

export interface Part {
  stream: string;
  rows: number;
  bytes: number;
}

/** The collection that canaries are kept in: user data like any other. In a place that is a server a database of its own. */
export const canaryName = 'dr_canary';

export const partStream = (collection: number, range: number, part: number): string =>
  `documents/${collection}/${range}/${part}`;

export const metadataStream = (collection: number): string => `metadata/${collection}`;
