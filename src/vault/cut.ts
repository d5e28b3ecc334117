import { chunkBytes } from './chunk-codec.ts';

/** Streams, or tails of streams, up to this many bytes share a chunk with others. */
export const smallBytes = 128 * 1024;

/** A piece of a stream in a buffer that is used again: give it back when its bytes are no longer needed. */
export interface Piece {
  bytes: Uint8Array;
  give(): void;
}

/** Buffers of one chunk each, used again, so that memory stays flat however long a stream is. */
export interface Buffers {
  take(): Uint8Array;
  give(buffer: Uint8Array): void;
}

export const chunkBuffers = (): Buffers => {
  const free: Uint8Array[] = [];
  return { take: () => free.pop() ?? Buffer.allocUnsafeSlow(chunkBytes), give: (buffer) => free.push(buffer) };
};

/**
 * Cuts a stream into pieces of exactly `chunkBytes` and a shorter last one, whatever the sizes it arrives in, so that
 * equal data is cut equally. An empty stream has no piece. A chunk buffer is taken only once a stream has outgrown
 * `smallBytes`.
 */
export async function* cut(data: AsyncIterable<Uint8Array>, buffers: Buffers): AsyncGenerator<Piece> {
  let buffer = new Uint8Array(0);
  let used = 0;
  const pieceOf = (): Piece => {
    const whole = buffer;
    const piece = { bytes: whole.subarray(0, used), give: () => whole.length === chunkBytes && buffers.give(whole) };
    buffer = new Uint8Array(0);
    used = 0;
    return piece as Piece;
  };
  const grow = (wanted: number): void => {
    const fits = Math.min(smallBytes, Math.max(4096, 2 * (used + wanted)));
    const bigger = used + wanted > smallBytes ? buffers.take() : new Uint8Array(fits);
    bigger.set(buffer.subarray(0, used));
    buffer = bigger as Uint8Array<ArrayBuffer>;
  };
  try {
    for await (const part of data) {
      let at = 0;
      while (at < part.length) {
        if (used === buffer.length) grow(part.length - at);
        const count = Math.min(part.length - at, buffer.length - used);
        buffer.set(part.subarray(at, at + count), used);
        at += count;
        used += count;
        if (used === chunkBytes) yield pieceOf();
      }
    }
    if (used > 0) yield pieceOf();
  } finally {
    if (buffer.length === chunkBytes) buffers.give(buffer);
  }
}
