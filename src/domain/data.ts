import type { Digest } from './words.ts';

/** What was kept of one named stream. */
export interface Written {
  name: string;
  /** Plain bytes, before compression. */
  bytes: number;
  /** Bytes the vault holds for it alone, after compression and encryption; a part that shares a chunk counts nothing. */
  storedBytes: number;
  /** SHA-256 over the SHA-256 digests of the pieces the vault cut it into: equal bytes, equal digest. */
  sha256: Digest;
}

/**
 * The vault as a store sees it while a backup is taken. Streams are cut, compressed, encrypted and kept as they come:
 * memory stays bounded, and `write` applies back-pressure. Several writes may run at once; a name is written once.
 * @throws DrError `unreachable` or `no-space` (retryable)
 */
export interface Sink {
  write(name: string, data: AsyncIterable<Uint8Array>): Promise<Written>;
}

/**
 * The vault as a store sees it while a set is restored. Every byte yielded has been authenticated.
 * @throws DrError `damaged`, `missing`, `wrong-key` (permanent), `unreachable` (retryable)
 */
export interface Source {
  read(name: string): AsyncIterable<Uint8Array>;
}

/** Which objects of a set or place. Names are source names; `*` matches any run of characters. Empty means all. */
export interface Filter {
  only?: readonly string[];
  except?: readonly string[];
}
