import type { Sink } from '../../../domain/data.ts';
import { streamOf } from '../meta.ts';
import type { Piece } from './parts.ts';

/** How many bytes may wait for the vault. */
const mostWaiting = 8 * 1024 * 1024;

/** Hands pieces over to the vault, stream after stream, no faster than it takes them. */
export interface Pipe {
  /** Resolves when more may come. */
  take(pieces: readonly Piece[]): Promise<void>;
  /** Resolves when everything is kept. */
  end(): Promise<void>;
  /** Ends the stream that is being written with this error. */
  fail(error: unknown): void;
  /** Rejects when the vault fails. */
  readonly failed: Promise<never>;
}

export const handOver = (to: Sink, beat: (bytes: number) => void): Pipe => {
  const queue: Piece[] = [];
  let waiting = 0;
  let done = 0;
  let isOver = false;
  let error: { error: unknown } | null = null;
  let wake = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});

  const next = async (): Promise<Piece | undefined> => {
    for (;;) {
      if (error !== null) throw error.error;
      if (queue.length > 0) {
        const piece = queue.shift()!;
        waiting -= piece?.length ?? 0;
        if (waiting < mostWaiting) room.resolve();
        return piece;
      }
      if (isOver) return undefined;
      await wake.promise;
      wake = Promise.withResolvers();
    }
  };

  const stream = async function* (first: Buffer): AsyncIterable<Uint8Array> {
    for (let piece: Piece | undefined = first; piece; piece = await next()) {
      yield piece;
      done += piece.length;
      beat(done);
    }
  };

  const writing = (async (): Promise<void> => {
    for (let n = 0; ; ) {
      const piece = await next();
      if (piece === undefined) return;
      if (piece === null) continue;
      await to.write(streamOf(n), stream(piece));
      n += 1;
    }
  })();
  writing.catch(failed.reject);

  return {
    async take(pieces) {
      if (pieces.length === 0) return;
      queue.push(...pieces);
      for (const piece of pieces) waiting += piece?.length ?? 0;
      wake.resolve();
      if (waiting < mostWaiting) return;
      room = Promise.withResolvers();
      await Promise.race([room.promise, failed.promise]);
    },
    async end() {
      isOver = true;
      wake.resolve();
      await writing;
    },
    fail(why) {
      error = { error: why };
      wake.resolve();
    },
    failed: failed.promise,
  };
};
