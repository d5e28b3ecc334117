import type { FindCursor } from 'mongodb';
import { freeBytes } from '../../domain/free-bytes.ts';
import type { Size } from './catalog.ts';
import type { Namespace, Session } from './connection/session.ts';
import { type Range, rangeFilter } from './ranges.ts';

/** Of one message: it is in memory whole, more than once, and a few that were read are still waiting to be collected. */
const messageBytes = 1 << 20;
const mostDocuments = 10_000;

const batchSizeOf = ({ rows, bytes }: Size): number =>
  Math.min(mostDocuments, Math.max(1, Math.floor((messageBytes * rows) / Math.max(1, bytes))));

const batchesOf = async function* (cursor: FindCursor, signal: AbortSignal): AsyncIterable<readonly Uint8Array[]> {
  try {
    while (await cursor.hasNext()) {
      signal.throwIfAborted();
      const documents = cursor.readBufferedDocuments() as unknown as Uint8Array[];
      yield documents;
      // They are all in the one message that they came in.
      if (documents[0] !== undefined) freeBytes(documents[0]);
    }
  } finally {
    void cursor.close().catch(() => {});
  }
};

const find = (session: Session, { database, collection }: Namespace, size: Size, filter: object): FindCursor =>
  session
    .db(database)
    .collection(collection)
    .find(filter, { raw: true, batchSize: batchSizeOf(size) });

/** Raw documents of a range, some at a time and good until the next are asked for, by `_id`; or as they lie where that is what the collection keeps. */
export const readDocuments = (
  session: Session,
  of: Namespace,
  size: Size,
  range: Range,
  isOrdered: boolean,
  signal: AbortSignal,
): AsyncIterable<readonly Uint8Array[]> => {
  const cursor = find(session, of, size, rangeFilter(range));
  return batchesOf(isOrdered ? cursor.sort({ $natural: 1 }) : cursor.sort({ _id: 1 }), signal);
};

/** Every raw document, some at a time and good until the next are asked for, in any order. */
export const readAll = (
  session: Session,
  of: Namespace,
  size: Size,
  signal: AbortSignal,
): AsyncIterable<readonly Uint8Array[]> => batchesOf(find(session, of, size, {}), signal);
