import { DrError, isDrError } from '../domain/errors.ts';
import { freeBytes } from '../domain/free-bytes.ts';
import type { Digest, TargetId } from '../domain/words.ts';
import { chunkKey, decodeChunk, digestOf, encodeChunk, nameOf } from './chunk-codec.ts';
import type { Piece } from './cut.ts';
import type { DataKey } from './data-key.ts';
import type { Backend, ChunkRef } from './port.ts';
import { slots } from './slots.ts';

/** Turns pieces into chunks of one target: a bounded number at a time, each distinct content once. */
export interface ChunkKeeper {
  /**
   * Waits until the piece may be worked on. `encoded` settles while the chunk is still being sent, `kept` when the vault
   * has it.
   * @throws the first failure of any chunk so far
   */
  keep(piece: Piece): Promise<Keeping>;
  /** Nothing is in work any more. @throws the first failure of any chunk */
  settled(): Promise<void>;
}

export interface Keeping {
  encoded: Promise<ChunkRef>;
  kept: Promise<ChunkRef>;
}

/**
 * Encoded bytes on their way at once: enough requests to hide the latency of a far vault, few enough bytes for memory.
 */
const sendingBytes = 8 * 1024 * 1024;

interface Parts {
  backend: Backend;
  key: DataKey;
  target: TargetId;
  signal: AbortSignal;
  /** Chunks hashed and encoded at once. */
  parallel: number;
  /** Chunks that are in the vault already, by name: used again instead of made again. */
  known: ReadonlyMap<Digest, ChunkRef>;
}

interface Made {
  ref: ChunkRef;
  sent: Promise<ChunkRef>;
}

export const chunkKeeper = ({ backend, key, target, signal, parallel, known }: Parts): ChunkKeeper => {
  const encoders = slots(parallel);
  const sendable = slots(sendingBytes);
  const begun = new Map<Digest, Promise<Made>>();
  const working = new Set<Promise<void>>();
  let failure: { error: unknown } | null = null;
  const check = (): void => {
    if (failure) throw failure.error;
  };

  const proveWhole = async (there: ChunkRef): Promise<void> => {
    const at = chunkKey(target, there.name);
    try {
      await decodeChunk(key, there, await backend.get(at, signal));
    } catch (error) {
      if (!isDrError(error) || error.kind !== 'damaged') throw error;
      throw new DrError('damaged', error.message, `remove ${at}, which is lost, and start again: it is made anew`);
    }
  };

  /** Create-only: a chunk that exists is used again, read first when its size is not the one just made. */
  const send = async (ref: ChunkRef, stored: Uint8Array): Promise<ChunkRef> => {
    const at = chunkKey(target, ref.name);
    if (await backend.create(at, stored, signal)) {
      // Not after a failure: a broken connection may still be reading it.
      freeBytes(stored);
      return ref;
    }
    const there = { ...ref, storedBytes: (await backend.head(at))?.bytes ?? 0 };
    if (there.storedBytes !== ref.storedBytes) await proveWhole(there);
    return there;
  };

  const make = async (plain: Uint8Array, sha256: Buffer, name: Buffer): Promise<Made> => {
    const id = { sha256: sha256.toString('hex'), name: name.toString('hex'), bytes: plain.length };
    const old = known.get(id.name);
    if (old) {
      const ref = { ...id, storedBytes: old.storedBytes };
      return { ref, sent: Promise.resolve(ref) };
    }
    const stored = await encodeChunk(key, sha256, name, plain);
    await sendable.take(signal, stored.length);
    const ref = { ...id, storedBytes: stored.length };
    return { ref, sent: send(ref, stored).finally(() => sendable.give(ref.storedBytes)) };
  };

  const work = async (piece: Piece): Promise<Made> => {
    try {
      const sha256 = await digestOf(piece.bytes);
      const name = nameOf(key, sha256);
      const id = name.toString('hex');
      const made = begun.get(id) ?? make(piece.bytes, sha256, name);
      begun.set(id, made);
      return await made;
    } finally {
      piece.give();
      encoders.give();
    }
  };

  const finish = async (kept: Promise<ChunkRef>): Promise<void> => {
    try {
      await kept;
    } catch (error) {
      failure ??= { error };
    }
  };

  return {
    keep: async (piece) => {
      check();
      await encoders.take(signal);
      const made = work(piece);
      const encoded = made.then(({ ref }) => ref);
      const kept = made.then(({ sent }) => sent);
      encoded.catch(() => {});
      const done = finish(kept);
      working.add(done);
      void done.then(() => working.delete(done));
      return { encoded, kept };
    },
    settled: async () => {
      while (working.size > 0) await Promise.all(working);
      check();
    },
  };
};
