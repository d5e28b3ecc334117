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
  /**
   * Bytes that `read` yielded and nobody looks at any more: their memory is free at once, and not when the garbage
   * collector comes by. Whoever does not say so has them for as long as they are wanted.
   */
  give?(bytes: Uint8Array): void;
}

/** A file or folder beside the place that a set carries along: settings of an application. */
export interface Carried {
  /** As the estate names it. */
  path: string;
  /** A tar archive. */
  stream: string;
  /** Folders, files and links, itself included; how many of them are files, and their bytes. */
  entries: number;
  files: number;
  bytes: number;
  /** SHA-256 over one line for each entry, by name: `file <mode> <SHA-256> <name>`, `folder <mode> <name>`, `link <to> <name>`. */
  sum: Digest;
}

/** Which objects of a set or place. Names are source names; `*` matches any run of characters. Empty means all. */
export interface Filter {
  only?: readonly string[];
  except?: readonly string[];
}

/** Definitions, rows, or both. */
export type Parts = 'all' | 'schema' | 'data';

/** What a backup takes. Plain JSON. A store that cannot honour a member refuses it by name: nothing is passed over. */
export interface Selection extends Filter {
  /** Absent: everything that is there to take. */
  parts?: Parts;
  /**
   * References (foreign keys) from what is selected to what is not: `refuse` before anything begins, naming each, or
   * `leave-out`, naming each. Absent: a restore refuses, a backup leaves out.
   */
  keys?: 'refuse' | 'leave-out';
}

/** What a restore brings back, and how. */
export interface RestoreSelection extends Selection {
  /** Who owns what is made: who did (default), the login that restores, or others by their old names. */
  owners?: 'keep' | 'drop' | Readonly<Record<string, string>>;
  /** Rights of others. Kept ones follow the mapping of owners. */
  privileges?: 'keep' | 'drop';
  /**
   * Roles (logins, groups) that the server lacks: `require` them (default), `make` them as the set has them but without
   * passwords, or `make-with-passwords`. Those that are there stay as they are.
   */
  roles?: 'require' | 'make' | 'make-with-passwords';
  /**
   * `empty` (default): the place holds nothing; for rows alone, the objects they go into hold none. `existing`: the place
   * may hold anything but what is to be made, and none of it is changed; rows are added to those that are there.
   */
  into?: 'empty' | 'existing';
}
