/** What a memory set says about itself. Rows of object `n` are in the streams `data/<n>/<chunk>`, one JSON text a line. */
export interface Meta {
  version: number;
  objects: readonly {
    name: string;
    isIndexed: boolean;
    chunks: readonly { rows: number; bytes: number }[];
  }[];
}

/** The object that canaries are kept in: user data like any other. */
export const canaryObject = 'dr_canary';
