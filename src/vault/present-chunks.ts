import pLimit from 'p-limit';
import type { Digest, TargetId } from '../domain/words.ts';
import { chunkKey } from './chunk-codec.ts';
import type { Backend, ChunkRef } from './port.ts';

const requestsAtOnce = 16;

/** Those of the chunks that the vault still has, at the size they were made with: by listing, not one by one. */
export const presentChunks = async (
  backend: Backend,
  target: TargetId,
  wanted: ReadonlyMap<Digest, ChunkRef>,
): Promise<Map<Digest, ChunkRef>> => {
  const folders = new Set([...wanted.keys()].map((name) => chunkKey(target, name).slice(0, -name.length - 1)));
  const present = new Map<Digest, ChunkRef>();
  await pLimit(requestsAtOnce).map(folders, async (folder) => {
    for await (const { key, bytes } of backend.list(folder)) {
      const chunk = wanted.get(key.slice(key.lastIndexOf('/') + 1));
      if (chunk?.storedBytes === bytes) present.set(chunk.name, chunk);
    }
  });
  return present;
};
