import { DrError } from '../../../domain/errors.ts';

/** The smallest document there is. */
const leastBytes = 5;

/** Documents that follow each other in one piece of memory. */
export interface Batch {
  bytes: Uint8Array;
  documents: number;
}

/**
 * Cuts documents that follow each other (a `.bson` file) into batches, without copying them. A document that is larger than
 * `mostBytes` is a batch of its own.
 * @throws DrError `damaged` when the bytes are no documents
 */
export const cutDocuments = function* (all: Buffer, mostBytes: number, mostDocuments: number): Iterable<Batch> {
  let [from, documents] = [0, 0];
  for (let at = 0; at < all.length; ) {
    const length = at + leastBytes <= all.length ? all.readInt32LE(at) : -1;
    if (length < leastBytes || at + length > all.length || all[at + length - 1] !== 0) {
      throw new DrError('damaged', `no document starts at byte ${at} of ${all.length}`, 'restore another set');
    }
    if (documents > 0 && (at + length - from > mostBytes || documents >= mostDocuments)) {
      yield { bytes: all.subarray(from, at), documents };
      [from, documents] = [at, 0];
    }
    at += length;
    documents += 1;
  }
  if (documents > 0) yield { bytes: all.subarray(from), documents };
};

/** Every document of a batch as raw bytes of its own. */
export const documentsOf = (batch: Uint8Array): Uint8Array[] => {
  const all = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  const documents: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += all.readInt32LE(at))
    documents.push(all.subarray(at, at + all.readInt32LE(at)));
  return documents;
};
