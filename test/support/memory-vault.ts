import { createHash } from 'node:crypto';
import type { Sink, Source } from '../../src/domain/data.ts';
import { DrError, type ErrorKind } from '../../src/domain/errors.ts';

/**
 * What goes wrong with streams, once `afterBytes` of a stream have passed. `cut`: the vault is gone (`unreachable`).
 * `full`: no space (sink). `corrupt`: a chunk does not authenticate (`damaged`, source). `missing`: no such stream.
 * `stall`: nothing moves until it is released. `delay`: every piece takes `ms`.
 */
export type VaultFault =
  | { is: 'cut' | 'full' | 'corrupt' | 'stall'; afterBytes: number }
  | { is: 'missing' }
  | { is: 'delay'; ms: number };

/** A vault in memory for store tests: a Sink and a Source over the same streams, with switches for faults. */
export interface MemoryVault extends Sink, Source {
  readonly streams: Map<string, Uint8Array>;
  /** Plain bytes read by stores so far. */
  readonly bytesRead: number;
  /** Set to make reads or writes go wrong; null heals. */
  fault: VaultFault | null;
  /** Resolves when a stream has reached the `stall`. */
  stalled(): Promise<void>;
  /** Lets whatever has stalled move again. */
  release(): void;
}

/** @param pieceBytes how many bytes a read yields at a time: small, so that faults fall inside streams */
export const memoryVault = (pieceBytes = 512): MemoryVault => {
  const streams = new Map<string, Uint8Array>();
  const waiting = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let bytesRead = 0;

  const failures: Partial<Record<VaultFault['is'], ErrorKind>> = {
    cut: 'unreachable',
    full: 'no-space',
    corrupt: 'damaged',
  };

  const suffer = async (name: string, bytes: number): Promise<void> => {
    const fault = vault.fault;
    if (fault === null || fault.is === 'missing') return;
    if (fault.is === 'delay') return new Promise((go) => setTimeout(go, fault.ms));
    if (bytes < fault.afterBytes) return;
    if (fault.is === 'stall') {
      waiting.resolve();
      return released.promise;
    }
    throw new DrError(failures[fault.is]!, `stream ${name} failed after ${bytes} bytes`, 'heal the fault');
  };

  const vault: MemoryVault = {
    streams,
    get bytesRead() {
      return bytesRead;
    },
    fault: null,
    stalled: () => waiting.promise,
    release: () => released.resolve(),
    async write(name, data) {
      if (streams.has(name)) throw new DrError('already-exists', `stream ${name} is written twice`, 'use other names');
      streams.set(name, new Uint8Array());
      const pieces: Uint8Array[] = [];
      let bytes = 0;
      await suffer(name, bytes);
      for await (const piece of data) {
        pieces.push(Uint8Array.from(piece));
        bytes += piece.length;
        await suffer(name, bytes);
      }
      const whole = Buffer.concat(pieces);
      streams.set(name, whole);
      return { name, bytes, storedBytes: bytes, sha256: createHash('sha256').update(whole).digest('hex') };
    },
    async *read(name) {
      const whole = streams.get(name);
      if (whole === undefined || vault.fault?.is === 'missing') {
        throw new DrError('missing', `stream ${name} is not in the vault`, 'heal the fault');
      }
      await suffer(name, 0);
      for (let at = 0; at < whole.length; at += pieceBytes) {
        const piece = whole.subarray(at, at + pieceBytes);
        bytesRead += piece.length;
        yield piece;
        await suffer(name, at + piece.length);
      }
    },
  };
  return vault;
};
