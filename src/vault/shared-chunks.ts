import type { Digest } from '../domain/words.ts';
import type { ChunkRef } from './port.ts';

/** Plain bytes kept at hand. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Keeps the shared chunks read last, so that a thousand small streams do not read their chunk a thousand times. Least
 * recently used out first; a failure is not remembered.
 */
export const sharedChunks = (
  load: (ref: ChunkRef) => Promise<Uint8Array>,
): ((ref: ChunkRef) => Promise<Uint8Array>) => {
  const kept = new Map<Digest, { loaded: Promise<Uint8Array>; bytes: number }>();
  let held = 0;
  const forget = (name: Digest): void => {
    held -= kept.get(name)?.bytes ?? 0;
    kept.delete(name);
  };
  return (ref) => {
    const known = kept.get(ref.name);
    forget(ref.name);
    const one = known ?? { loaded: load(ref), bytes: ref.bytes };
    kept.set(ref.name, one);
    held += one.bytes;
    if (!known) one.loaded.catch(() => kept.get(ref.name) === one && forget(ref.name));
    for (const name of kept.keys()) {
      if (held <= mostBytes || name === ref.name) break;
      forget(name);
    }
    return one.loaded;
  };
};
