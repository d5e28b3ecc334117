import type { Part } from '../meta.ts';
import type { Seen } from '../rdb/reader.ts';

/** Bytes to keep, or null where one stream ends and the next begins. */
export type Piece = Buffer | null;

/** The first parts are small, so that a small set has several, too. */
const firstBytes = 64 * 1024;
/** Each is twice the one before, up to 4 MB. */
const mostDoublings = 6;

const selectDatabase = (db: number): Buffer => {
  if (db < 64) return Buffer.from([254, db]);
  const bytes = Buffer.from([254, 0x80, 0, 0, 0, 0]);
  bytes.writeUInt32BE(db, 2);
  return bytes;
};

/** The end of an RDB whose checksum is not computed: what the vault keeps has a better one. */
export const endOfRdb = Buffer.from([255, 0, 0, 0, 0, 0, 0, 0, 0]);

/**
 * Cuts the entries that are kept into streams: a head, parts of whole keys that each say which database they are of, an end.
 * One behind the other they are an RDB. What is kept of one buffer side by side goes as one piece.
 */
export const partsOf = () => {
  const parts: Part[] = [];
  let head: Buffer[] | null = [];
  let pieces: Piece[] = [];
  let db = -1;
  let sizes = new Map<number, Buffer>();
  let keys = 0;
  let bytes = 0;
  let span: { bytes: Buffer; from: number; to: number } | null = null;

  const put = (piece: Buffer): void => {
    pieces.push(piece);
    bytes += piece.length;
  };
  const flush = (): void => {
    if (span !== null) pieces.push(span.bytes.subarray(span.from, span.to));
    span = null;
  };
  const closeHead = (): void => {
    if (head === null) return;
    pieces.push(...head, null);
    head = null;
  };
  const closePart = (): void => {
    flush();
    if (keys === 0) return;
    parts.push({ keys, bytes });
    pieces.push(null);
    keys = 0;
    bytes = 0;
    db = -1;
  };

  return {
    head(raw: Buffer): void {
      head?.push(raw);
    },
    size(of: number, raw: Buffer): void {
      sizes.set(of, raw);
    },
    key(seen: Seen): void {
      closeHead();
      if (seen.db !== db) {
        flush();
        put(selectDatabase(seen.db));
        const size = sizes.get(seen.db);
        if (size !== undefined) put(size);
        sizes.delete(seen.db);
        db = seen.db;
      }
      if (span !== null && span.bytes === seen.bytes && span.to === seen.from) span.to = seen.to;
      else {
        flush();
        span = { bytes: seen.bytes, from: seen.from, to: seen.to };
      }
      bytes += seen.to - seen.from;
      keys += 1;
      if (bytes >= firstBytes << Math.min(parts.length, mostDoublings)) closePart();
    },
    /** What there is to keep by now. */
    drain(): Piece[] {
      flush();
      const drained = pieces;
      pieces = [];
      return drained;
    },
    /** What is left to keep; nothing when there is no key and `isHeadKept` is not set. */
    end(isHeadKept: boolean): { parts: Part[]; pieces: Piece[] } {
      if (isHeadKept) closeHead();
      closePart();
      if (head === null) pieces.push(endOfRdb);
      sizes = new Map();
      return { parts, pieces };
    },
  };
};
