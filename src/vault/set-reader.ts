import { DrError, isDrError } from '../domain/errors.ts';
import { freeBytes } from '../domain/free-bytes.ts';
import { ahead } from './ahead.ts';
import type { Published } from './catalog.ts';
import { checkStreams } from './check-streams.ts';
import { chunkKey, decodeChunk } from './chunk-codec.ts';
import type { DataKey } from './data-key.ts';
import type { Backend, ChunkRef, Manifest, SetReader } from './port.ts';
import { sharedChunks } from './shared-chunks.ts';
import { slots } from './slots.ts';

/** Gives the bytes that belong to a stream, authenticated. */
export type LoadPart = (ref: ChunkRef, signal: AbortSignal) => Promise<Uint8Array>;

const streamOf = (manifest: Manifest, name: string): Manifest['streams'][string] => {
  if (Object.hasOwn(manifest.streams, name)) return manifest.streams[name]!;
  throw new DrError(
    'missing',
    `set ${manifest.set} has no stream "${name}"`,
    'the set was made with other objects selected, or by another version of the adapter',
  );
};

/** Reads one published set: chunks are authenticated before a byte of them is yielded, and read a few ahead. */
export const setReader = (
  backend: Backend,
  key: DataKey,
  { manifest, digest }: Published,
  work: { signal: AbortSignal; parallel: number },
): SetReader => {
  /** Every stream that is read has a chunk in hand anyway: what is ahead of it costs memory and hides latency. */
  const permits = slots(Math.ceil(work.parallel / 2));

  const load = async (ref: ChunkRef, signal: AbortSignal): Promise<Uint8Array> => {
    try {
      const stored = await backend.get(chunkKey(manifest.target, ref.name), signal);
      return await decodeChunk(key, ref, stored);
    } catch (error) {
      if (!isDrError(error) || error.kind !== 'missing') throw error;
      throw new DrError('missing', `chunk ${ref.name.slice(0, 16)} of set ${manifest.set} is gone`, error.hint);
    }
  };
  /** Not stopped by one reader that leaves: others may wait for the same chunk. */
  const loadShared = sharedChunks((ref) => load(ref, work.signal));
  /** Parts that have their bytes alone. */
  const alone = new WeakSet<Uint8Array>();
  const loadPart: LoadPart = async (ref, signal) => {
    if (ref.slice === undefined) {
      const part = await load(ref, signal);
      alone.add(part);
      return part;
    }
    return (await loadShared(ref)).subarray(ref.slice.from, ref.slice.from + ref.slice.bytes);
  };

  const give = (bytes: Uint8Array): void => {
    if (alone.delete(bytes)) freeBytes(bytes);
  };

  async function* read(name: string): AsyncGenerator<Uint8Array> {
    yield* ahead(streamOf(manifest, name).chunks, loadPart, permits, work.signal);
  }

  return {
    manifest,
    digest,
    read,
    give,
    meta: async () => {
      const parts: Uint8Array[] = [];
      for await (const part of read(manifest.meta)) parts.push(part);
      return JSON.parse(Buffer.concat(parts).toString('utf8'));
    },
    check: (progress) => checkStreams(manifest, loadPart, give, slots(work.parallel), work.signal, progress),
  };
};
