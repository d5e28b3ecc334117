import type { Parts } from '../../domain/data.ts';

/** What a memory set says about itself. Rows of object `n` are in the streams `data/<n>/<chunk>`, one JSON text a line. */
export interface Meta {
  version: number;
  /** What of the objects the set holds. */
  parts: Parts;
  objects: readonly {
    name: string;
    isIndexed: boolean;
    chunks: readonly { rows: number; bytes: number }[];
  }[];
}

/** The object that canaries are kept in: user data like any other. */
export const canaryObject = 'dr_canary';
