import type { ChunkKeeper } from './chunk-keeper.ts';
import type { ChunkRef } from './port.ts';

/** Plain bytes of a chunk that small streams share: small, because reading one stream of it reads all of it. */
const packBytes = 1024 * 1024;

/** Puts small streams side by side into shared chunks, so that thousands of them are not thousands of requests. */
export interface Packer {
  /** Takes a copy. Waits while the vault is behind. `kept` settles when the shared chunk is in the vault. */
  add(bytes: Uint8Array): Promise<{ kept: Promise<ChunkRef> }>;
  /** Sends what is still waiting for company. */
  flush(): Promise<void>;
}

interface Pack {
  bytes: Uint8Array;
  used: number;
  kept: PromiseWithResolvers<ChunkRef>;
}

export const packer = (keeper: ChunkKeeper): Packer => {
  let open: Pack | null = null;

  const flush = async (): Promise<void> => {
    const pack = open;
    open = null;
    if (pack === null) return;
    const { kept } = await keeper.keep({ bytes: pack.bytes.subarray(0, pack.used), give: () => {} });
    kept.then(pack.kept.resolve, pack.kept.reject);
  };

  return {
    add: async (bytes) => {
      const isFull = open !== null && open.used + bytes.length > packBytes;
      const sending = isFull ? flush() : undefined;
      open ??= { bytes: new Uint8Array(packBytes), used: 0, kept: Promise.withResolvers() };
      open.kept.promise.catch(() => {});
      const slice = { from: open.used, bytes: bytes.length };
      open.bytes.set(bytes, open.used);
      open.used += bytes.length;
      const kept = open.kept.promise.then((ref) => ({ ...ref, slice }));
      kept.catch(() => {});
      await sending;
      return { kept };
    },
    flush,
  };
};
