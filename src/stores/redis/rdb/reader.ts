import { DrError, isDrError } from '../../../domain/errors.ts';
import { type Crc64, crcOf } from './crc64.ts';
import { type Cursor, cursorOf, malformed, readCount, readString, short, take } from './cursor.ts';
import { digestValue } from './digest-value.ts';
import { finish, type Mix, mixText } from './mix.ts';

/** A key as it passes: good until the next one. */
export interface Seen {
  db: number;
  type: number;
  /** In milliseconds since 1970; -1 for never. */
  expiresAt: number;
  /** Seconds since it was used, and how often it is, as servers with an eviction policy keep them; -1 when they do not. */
  idle: number;
  frequency: number;
  key: Buffer;
  keyFrom: number;
  keyTo: number;
  /** Of key, type and value. */
  readonly mix: Mix;
  /** The whole entry is from `from` to `to` of `bytes`, its value from `valueFrom`. */
  bytes: Buffer;
  from: number;
  valueFrom: number;
  to: number;
}

export interface Visitor {
  /** Once, for an RDB that is whole. */
  begin?(version: number, magic: Buffer): void;
  /** A fact about the server that wrote it; `raw` is the entry. */
  fact?(name: string, value: string, raw: Buffer): void;
  /** The code of a library of functions. */
  library?(code: Buffer, raw: Buffer): void;
  /** How many keys the database has, for making room; a hint. */
  size?(db: number, raw: Buffer): void;
  key(seen: Seen): void;
}

export interface RdbReader {
  /**
   * Takes the next bytes; they must not change afterwards. `isLast`: no more come.
   * @returns true once the end was read
   * @throws DrError `damaged`, `not-supported` (an unknown type, by name), and what the visitor throws
   */
  push(chunk: Buffer, isLast: boolean): boolean;
  /** What came after the end. */
  rest(): Buffer;
}

/** The newest version whose entries are all known: that of Redis 7.4. Newer ones may mean the same bytes otherwise. */
const newestVersion = 12;

const opcodes = {
  functionPreview: 246,
  library: 245,
  moduleFact: 247,
  idle: 248,
  frequency: 249,
  fact: 250,
  size: 251,
  expiresMs: 252,
  expiresSeconds: 253,
  database: 254,
  end: 255,
} as const;

/**
 * Reads an RDB as it streams by, or a run of its entries when it is not `isWhole`. Holds what it is fed and no more than twice
 * the largest key. https://github.com/redis/redis/blob/7.0/src/rdb.c
 */
export const rdbReader = (visitor: Visitor, isWhole: boolean): RdbReader => {
  const c: Cursor = cursorOf(Buffer.alloc(0));
  const crc: Crc64 = { low: 0, high: 0 };
  const seen: Seen = {
    db: 0,
    type: 0,
    expiresAt: -1,
    idle: -1,
    frequency: -1,
    key: c.bytes,
    keyFrom: 0,
    keyTo: 0,
    mix: { a: 0, b: 0 },
    bytes: c.bytes,
    from: 0,
    valueFrom: 0,
    to: 0,
  };
  let waiting: Buffer[] = [];
  let have = 0;
  let need = 0;
  let hasBegun = !isWhole;
  let isDone = false;
  let version = 0;

  const text = (): string => c.text.toString('latin1', c.from, c.to);
  const groupOf = (): string => seen.key.toString('utf8', seen.keyFrom, seen.keyTo).split(':', 1)[0]!.slice(0, 100);

  const readMagic = (): void => {
    const at = take(c, 9);
    const magic = c.bytes.toString('latin1', at, at + 9);
    if (!/^REDIS\d{4}$/.test(magic)) throw malformed('it does not begin as one');
    version = Number(magic.slice(5));
    if (version > newestVersion) {
      throw new DrError(
        'not-supported',
        `the server writes RDB version ${version}, and this product reads up to ${newestVersion}`,
        'use a version of this product that knows this server',
      );
    }
    visitor.begin?.(version, Buffer.from(c.bytes.subarray(at, at + 9)));
    hasBegun = true;
  };

  const readKey = (type: number, from: number): void => {
    readString(c);
    const isHere = c.text === c.bytes;
    seen.key = isHere ? c.bytes : Buffer.from(c.text.subarray(c.from, c.to));
    seen.keyFrom = isHere ? c.from : 0;
    seen.keyTo = isHere ? c.to : c.to - c.from;
    seen.type = type;
    seen.bytes = c.bytes;
    seen.from = from;
    seen.valueFrom = c.at;
    seen.mix.a = 0;
    seen.mix.b = 0;
    mixText(seen.mix, seen.key, seen.keyFrom, seen.keyTo);
    finish(seen.mix);
    digestValue(c, type, seen.mix, groupOf);
    seen.to = c.at;
    visitor.key(seen);
  };

  const readEnd = (): void => {
    if (version < 5) {
      isDone = true;
      return;
    }
    const at = take(c, 8);
    crcOf(crc, c.bytes, crcFrom, at);
    const [low, high] = [c.bytes.readInt32LE(at), c.bytes.readInt32LE(at + 4)];
    if ((low !== 0 || high !== 0) && (low !== crc.low || high !== crc.high)) throw malformed('its checksum is another');
    isDone = true;
  };

  /** One entry, with what stands before a key and belongs to it. */
  const readEntry = (): void => {
    const from = c.at;
    seen.expiresAt = -1;
    seen.idle = -1;
    seen.frequency = -1;
    for (;;) {
      const opcode = c.bytes[take(c, 1)]!;
      switch (opcode) {
        case opcodes.expiresMs: {
          const at = take(c, 8);
          seen.expiresAt = c.bytes.readInt32LE(at + 4) * 0x1_0000_0000 + c.bytes.readUInt32LE(at);
          break;
        }
        case opcodes.expiresSeconds:
          seen.expiresAt = c.bytes.readInt32LE(take(c, 4)) * 1000;
          break;
        case opcodes.idle:
          seen.idle = readCount(c);
          break;
        case opcodes.frequency:
          seen.frequency = c.bytes[take(c, 1)]!;
          break;
        case opcodes.database:
          seen.db = readCount(c);
          return;
        case opcodes.size:
          readCount(c);
          readCount(c);
          visitor.size?.(seen.db, Buffer.from(c.bytes.subarray(from, c.at)));
          return;
        case opcodes.fact: {
          readString(c);
          const name = text();
          readString(c);
          visitor.fact?.(name, text(), Buffer.from(c.bytes.subarray(from, c.at)));
          return;
        }
        case opcodes.library:
          readString(c);
          visitor.library?.(Buffer.from(c.text.subarray(c.from, c.to)), Buffer.from(c.bytes.subarray(from, c.at)));
          return;
        case opcodes.end:
          readEnd();
          return;
        case opcodes.moduleFact:
        case opcodes.functionPreview:
          throw new DrError(
            'not-supported',
            `the RDB holds ${opcode === opcodes.moduleFact ? 'data that a module keeps beside its keys' : 'functions of a preview version'}, which cannot be kept`,
            'back up this server by its own means',
          );
        default:
          if (opcode > 200) {
            throw new DrError(
              'not-supported',
              `the RDB holds an entry of kind ${opcode}, which this product does not know`,
              'use a version of this product that knows this server',
            );
          }
          readKey(opcode, from);
          return;
      }
    }
  };

  let crcFrom = 0;

  /** Reads whole entries; where the bytes end within one, it is read again once more have come. */
  const parse = (): number => {
    let top = c.at;
    try {
      if (!hasBegun) readMagic();
      while (!isDone) {
        top = c.at;
        if (!isWhole && top === c.end) break;
        readEntry();
      }
      return c.at;
    } catch (error) {
      if (error === short) return top;
      if (isDrError(error) || !(error instanceof RangeError || error instanceof SyntaxError)) throw error;
      throw malformed('a value is not of its form');
    }
  };

  let left: Buffer = Buffer.alloc(0);

  return {
    push(chunk, isLast) {
      if (isDone) {
        left = Buffer.concat([left, chunk]);
        return true;
      }
      waiting.push(chunk);
      have += chunk.length;
      if (have < need && !isLast) return false;
      c.bytes = waiting.length === 1 ? chunk : Buffer.concat(waiting);
      c.at = 0;
      c.end = c.bytes.length;
      crcFrom = 0;
      const read = parse();
      if (isDone) {
        left = c.bytes.subarray(c.at);
        return true;
      }
      if (isWhole) crcOf(crc, c.bytes, 0, read);
      have = c.end - read;
      waiting = have === 0 ? [] : [c.bytes.subarray(read)];
      // A key that is larger than what came is read again when twice as much is there: all in all each byte twice.
      need = have * 2;
      if (isLast && (isWhole || have > 0)) throw malformed('it is cut off');
      return false;
    },
    rest: () => left,
  };
};
