import type { Db } from 'mongodb';
// Internal to the driver: its version is pinned, and a test inserts documents that no object could hold.
// @ts-expect-error: it has no types
import { DocumentSequence } from 'mongodb/lib/cmap/commands.js';

/** What the server said of documents that it did not insert, by their place in the batch. */
export interface Refused {
  index: number;
  code: number;
  message: string;
}

export interface InsertOptions {
  /** Documents that break the rules of their collection go in as well. */
  bypassesValidation: boolean;
  /** `Timestamp(0, 0)` stays what it is; servers that do not know the option refuse it. */
  keepsEmptyTimestamps: boolean;
}

interface Answer {
  writeErrors?: readonly { index: number; code: number; errmsg: string }[];
}

/**
 * Inserts documents as the bytes they are, in one command; those that are refused do not keep others back. `documents` are
 * complete BSON documents one after the other: a section of kind 1 of OP_MSG is just that.
 * https://github.com/mongodb/specifications/blob/master/source/message/OP_MSG.md
 * @throws what the driver throws when the command itself fails
 */
export const insertRaw = async (
  db: Db,
  collection: string,
  documents: Uint8Array,
  options: InsertOptions,
): Promise<readonly Refused[]> => {
  const sequence = new DocumentSequence('documents') as { push(document: null, bytes: Uint8Array): number };
  sequence.push(null, documents);
  const answer = (await db.command({
    insert: collection,
    ordered: false,
    ...(options.bypassesValidation ? { bypassDocumentValidation: true } : {}),
    ...(options.keepsEmptyTimestamps ? { bypassEmptyTsReplacement: true } : {}),
    writeConcern: { w: 1 },
    documents: sequence,
  })) as Answer;
  return (answer.writeErrors ?? []).map(({ index, code, errmsg }) => ({ index, code, message: errmsg }));
};
