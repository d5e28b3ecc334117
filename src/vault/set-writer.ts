import { hash } from 'node:crypto';
import type { Written } from '../domain/data.ts';
import { DrError } from '../domain/errors.ts';
import type { Digest } from '../domain/words.ts';
import type { ChunkKeeper } from './chunk-keeper.ts';
import { chunkBuffers, cut, smallBytes } from './cut.ts';
import { throwIfAborted } from './interrupted.ts';
import { packer } from './packer.ts';
import type { ChunkRef, Manifest, SetReader, SetWriter } from './port.ts';

/** The stream that holds the adapter's meta. */
const metaStream = 'meta.json';

/** Everything of a manifest but its place in the chain. */
export type Content = Omit<Manifest, 'format' | 'set' | 'target' | 'finishedAt' | 'key' | 'previous' | 'sequence'>;

interface Stream {
  sha256: Digest;
  bytes: number;
  chunks: Promise<ChunkRef>[];
}

/** Digest of a stream: SHA-256 over the digests of its pieces. */
export const streamDigest = (pieces: readonly Digest[]): Digest => hash('sha256', Buffer.from(pieces.join(''), 'hex'));

const checkName = (name: string): void => {
  if (name.length > 0 && Buffer.byteLength(name) <= 4096 && name.isWellFormed()) return;
  throw new DrError(
    'bad-input',
    `not a stream name: ${JSON.stringify(name.slice(0, 80))}`,
    'use 1 to 4096 bytes of well-formed text',
  );
};

/**
 * Writes the streams of one set. `write` returns when its bytes are encoded and on their way; `publish` when all of them
 * are in the vault and the manifest names them. A failed chunk fails every later call, so that nothing is published
 * without it. Killed half-way it leaves chunks that no manifest names.
 */
export const setWriter = (
  keeper: ChunkKeeper,
  signal: AbortSignal,
  publish: (content: Content) => Promise<SetReader>,
): SetWriter => {
  const buffers = chunkBuffers();
  const packs = packer(keeper);
  const streams = new Map<string, Stream | null>();
  let isClosed = false;

  const write = async (name: string, data: AsyncIterable<Uint8Array>): Promise<Written> => {
    checkName(name);
    if (streams.has(name)) throw new DrError('already-exists', `stream "${name}" is written twice`, 'use another name');
    streams.set(name, null);
    /** Only the last piece of a stream can be small. */
    const tail: Digest[] = [];
    const alone: Promise<ChunkRef>[] = [];
    const chunks: Promise<ChunkRef>[] = [];
    let bytes = 0;
    for await (const piece of cut(data, buffers)) {
      throwIfAborted(signal);
      bytes += piece.bytes.length;
      if (piece.bytes.length <= smallBytes) {
        tail.push(hash('sha256', piece.bytes));
        const added = packs.add(piece.bytes);
        piece.give();
        chunks.push((await added).kept);
      } else {
        const { encoded, kept } = await keeper.keep(piece);
        chunks.push(kept);
        alone.push(encoded);
      }
    }
    const encoded = await Promise.all(alone);
    const storedBytes = encoded.reduce((sum, ref) => sum + ref.storedBytes, 0);
    const sha256 = streamDigest([...encoded.map((ref) => ref.sha256), ...tail]);
    streams.set(name, { sha256, bytes, chunks });
    return { name, bytes, storedBytes, sha256 };
  };

  const whole = async (): Promise<Manifest['streams']> => {
    await packs.flush();
    await keeper.settled();
    const kept: [string, Manifest['streams'][string]][] = [];
    for (const [name, stream] of streams) {
      if (stream === null) {
        throw new DrError(
          'bad-input',
          `stream "${name}" is not written to its end`,
          'await every write before publish',
        );
      }
      kept.push([name, { ...stream, chunks: await Promise.all(stream.chunks) }]);
    }
    return Object.fromEntries(kept);
  };

  return {
    write: async (name, data) => {
      if (isClosed) throw new DrError('bad-input', `stream "${name}" comes after publish`, 'write first');
      throwIfAborted(signal);
      return write(name, data);
    },
    publish: async ({ meta, ...facts }) => {
      if (isClosed) throw new DrError('bad-input', 'the set is published twice', 'publish once');
      isClosed = true;
      await write(
        metaStream,
        (async function* () {
          yield Buffer.from(JSON.stringify(meta ?? null));
        })(),
      );
      const streams = await whole();
      throwIfAborted(signal);
      return publish({ ...facts, type: 'logical', meta: metaStream, streams });
    },
  };
};
