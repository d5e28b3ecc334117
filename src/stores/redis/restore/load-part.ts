import type { Source } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import type { Session } from '../connection/session.ts';
import { keyspaceOf } from '../keyspace.ts';
import type { RedisMeta } from '../meta.ts';
import { type Crc64, crcOf, writeCrc } from '../rdb/crc64.ts';
import { rdbReader, type Seen } from '../rdb/reader.ts';
import type { Wanted } from '../wanted.ts';
import type { LedgerEntry } from './entry.ts';
import type { Command } from './ledger.ts';

/** One key as RESTORE takes it. */
export interface Restorable {
  db: number;
  key: Buffer;
  expiresAt: number;
  idle: number;
  frequency: number;
  payload: Buffer;
}

/** More than one argument of a command may have (`proto-max-bulk-len`). */
const mostBytes = 512 * 1024 * 1024;

/** Type and value as they are in the RDB, its version, a checksum. https://redis.io/docs/latest/commands/dump/ */
const payloadOf = ({ type, bytes, valueFrom, to }: Seen, version: number): Buffer => {
  const size = to - valueFrom;
  const payload = Buffer.allocUnsafe(1 + size + 10);
  payload[0] = type;
  bytes.copy(payload, 1, valueFrom, to);
  payload.writeUInt16LE(version, 1 + size);
  const crc: Crc64 = { low: 0, high: 0 };
  crcOf(crc, payload, 0, size + 3);
  writeCrc(crc, payload, size + 3);
  return payload;
};

/** Reads a stream as a whole, beating. */
export const readStream = async (session: Session, from: Source, name: string, says: string): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of from.read(name)) {
    session.goOn();
    pieces.push(piece);
    bytes += piece.length;
    session.work.beat({ says, bytes, totalBytes: null });
  }
  return Buffer.concat(pieces);
};

/** Bytes of a part that become keys at once: as keys they take many times as much. */
const sliceBytes = 64 * 1024;

/** The keys of a part that are wanted, and what they come to once all are read. */
export interface KeysOfPart extends Iterable<Restorable> {
  /** So many have been read. */
  count(): number;
  /** What the ledger keeps of the part. */
  entry(): LedgerEntry;
}

/** Reads keys from the stream of a part. Once. */
export const keysOf = (stream: Buffer, meta: RedisMeta, wanted: Wanted): KeysOfPart => {
  const space = keyspaceOf(meta.isWhole, wanted, meta.at);
  let found: Restorable[] = [];
  let count = 0;
  const reader = rdbReader(
    {
      key(seen) {
        const group = space.groupOf(seen);
        if (!space.isWanted(group, seen)) return;
        space.add(group, seen);
        if (seen.to - seen.valueFrom >= mostBytes) {
          throw new DrError(
            'not-supported',
            `a key of ${JSON.stringify(group.name)} is larger than the 512 MB that RESTORE takes`,
            'restore the whole set to an empty server, which is served it as a replica is',
          );
        }
        found.push({
          db: seen.db,
          key: Buffer.from(seen.key.subarray(seen.keyFrom, seen.keyTo)),
          expiresAt: seen.expiresAt,
          idle: seen.idle,
          frequency: seen.frequency,
          payload: payloadOf(seen, meta.rdbVersion),
        });
      },
    },
    false,
  );
  return {
    *[Symbol.iterator]() {
      for (let at = 0; at < stream.length; at += sliceBytes) {
        reader.push(stream.subarray(at, at + sliceBytes), at + sliceBytes >= stream.length);
        count += found.length;
        yield* found;
        found = [];
      }
    },
    count: () => count,
    entry: () => ({
      keys: count,
      objects: space.fingerprint().objects,
      expiring: space.expiring(),
      isFolded: space.isFolded(),
    }),
  };
};

/** What brings the keys. Expiry is absolute: a key whose time is over does not come back. */
export const bringing = function* (session: Session, keys: Iterable<Restorable>): Iterable<Command> {
  let db = session.home;
  for (const one of keys) {
    const at = session.address.database ?? one.db;
    if (at !== db) yield ['select', String(at)];
    db = at;
    const ttl = one.expiresAt < 0 ? '0' : String(Math.max(1, one.expiresAt));
    const use =
      one.idle >= 0 ? ['IDLETIME', String(one.idle)] : one.frequency >= 0 ? ['FREQ', String(one.frequency)] : [];
    yield ['restore', one.key, ttl, one.payload, 'REPLACE', 'ABSTTL', ...use];
  }
  if (db !== session.home) yield ['select', String(session.home)];
};
