import type { Source } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import { freeBytes } from '../../../domain/free-bytes.ts';
import { type Batch, cutDocuments } from '../bson/documents.ts';
import { fromBase64 } from '../catalog.ts';
import { codeOf } from '../connection/failure.ts';
import type { Session } from '../connection/session.ts';
import { documentsIn } from '../documents-in.ts';
import type { MetaCollection, Part } from '../meta.ts';
import { namespaceOf } from '../names.ts';
import { insertAbsent, type Send } from './insert-absent.ts';
import { type InsertOptions, insertRaw } from './insert-raw.ts';
import type { Turn } from './turn.ts';

/** Below the 48 MB that a message may have. */
const batchBytes = 4 << 20;

/** Names of an option the server does not know: it is of an older patch. */
const unknownField: ReadonlySet<number> = new Set([40415, 9, 72]);

/** Servers that refused the option, by session: it is not sent again. */
const forgetful = new WeakSet<Session>();

const senderOf = (session: Session, collection: MetaCollection, turn: Turn): Send => {
  const { database, collection: name } = documentsIn({
    ...namespaceOf(session, collection.name),
    type: collection.type,
  });
  const bypassesValidation = fromBase64(collection.options).has('validator');
  const insert = (documents: Uint8Array, options: InsertOptions) =>
    turn.write(() => insertRaw(session.db(database), name, documents, options));
  return async (documents) => {
    const keepsEmptyTimestamps = !forgetful.has(session);
    try {
      return await insert(documents, { bypassesValidation, keepsEmptyTimestamps });
    } catch (error) {
      if (!keepsEmptyTimestamps || !unknownField.has(codeOf(error) ?? 0)) throw error;
      forgetful.add(session);
      return insert(documents, { bypassesValidation, keepsEmptyTimestamps: false });
    }
  };
};

/** All of a part, in memory: nothing is written before it is known that all of it is there. */
const readPart = async (
  part: Part,
  from: Source,
  signal: AbortSignal,
  read: (bytes: number) => void,
): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of from.read(part.stream)) {
    signal.throwIfAborted();
    pieces.push(piece);
    bytes += piece.length;
    read(bytes);
  }
  const all = Buffer.concat(pieces, bytes);
  for (const piece of pieces) from.give?.(piece);
  return all;
};

/**
 * Loads parts of a collection, one after the other. Killed, it leaves documents that the next attempt finds there.
 * @throws DrError `damaged` when a part does not hold what the set says
 */
export const loadParts = async (
  session: Session,
  collection: MetaCollection,
  parts: readonly Part[],
  from: Source,
  turn: Turn,
  signal: AbortSignal,
): Promise<{ rows: number; bytes: number }> => {
  const send = senderOf(session, collection, turn);
  const totalBytes = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  let [rows, done] = [0, 0];
  for (const part of parts) {
    const says = `loading ${JSON.stringify(collection.name)}`;
    const read = (bytes: number): void => session.work.beat({ says, bytes: done + bytes, totalBytes });
    const all = await readPart(part, from, signal, read);
    const batches: readonly Batch[] = [...cutDocuments(all, batchBytes, session.server.mostDocuments)];
    const found = batches.reduce((sum, { documents }) => sum + documents, 0);
    if (found !== part.rows || all.length !== part.bytes) {
      throw new DrError(
        'damaged',
        `stream ${part.stream} has ${found} documents in ${all.length} bytes, and the set says ${part.rows} in ${part.bytes}`,
        'restore another set',
      );
    }
    for (const batch of batches) await insertAbsent(send, batch, signal);
    rows += found;
    done += part.bytes;
    freeBytes(all);
  }
  return { rows, bytes: done };
};
