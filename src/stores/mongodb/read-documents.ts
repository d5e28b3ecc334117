import type { FindCursor } from 'mongodb';
import type { Namespace, Session } from './connection/session.ts';
import { type Range, rangeFilter } from './ranges.ts';

const documentsPerBatch = 10_000;

const batchesOf = async function* (cursor: FindCursor, signal: AbortSignal): AsyncIterable<readonly Uint8Array[]> {
  try {
    while (await cursor.hasNext()) {
      signal.throwIfAborted();
      yield cursor.readBufferedDocuments() as unknown as Uint8Array[];
    }
  } finally {
    void cursor.close().catch(() => {});
  }
};

const find = (session: Session, { database, collection }: Namespace, filter: object): FindCursor =>
  session.db(database).collection(collection).find(filter, { raw: true, batchSize: documentsPerBatch });

/** Raw documents of a range, some at a time, by `_id`; or as they lie where that is what the collection keeps. */
export const readDocuments = (
  session: Session,
  of: Namespace,
  range: Range,
  isOrdered: boolean,
  signal: AbortSignal,
): AsyncIterable<readonly Uint8Array[]> => {
  const cursor = find(session, of, rangeFilter(range));
  return batchesOf(isOrdered ? cursor.sort({ $natural: 1 }) : cursor.sort({ _id: 1 }), signal);
};

/** Every raw document, some at a time, in any order. */
export const readAll = (session: Session, of: Namespace, signal: AbortSignal): AsyncIterable<readonly Uint8Array[]> =>
  batchesOf(find(session, of, {}), signal);
