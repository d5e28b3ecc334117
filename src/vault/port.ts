import type { Carried, Selection, Sink, Source } from '../domain/data.ts';
import type { Fingerprint } from '../domain/fingerprint.ts';
import type { Canary } from '../domain/loss.ts';
import type {
  Binding,
  Consistency,
  Digest,
  Instant,
  PlaceSpec,
  RunId,
  SetId,
  StoreKind,
  TargetId,
} from '../domain/words.ts';

/** Where bytes are kept. Keys are `/`-separated and never start or end with one. One conformance suite runs over all. */
export interface Backend {
  /** `s3://bucket/prefix` or `folder /path`: no secret in it. */
  readonly says: string;
  /**
   * Create-only: an existing key is never overwritten.
   * @returns false when the key exists
   * @throws DrError `unreachable`, `no-space`, `no-permission`, `interrupted` (the signal)
   */
  create(key: string, body: Uint8Array, signal?: AbortSignal): Promise<boolean>;
  /** @throws DrError `missing`, `unreachable`, `no-permission`, `interrupted` (the signal) */
  get(key: string, signal?: AbortSignal): Promise<Uint8Array>;
  /** Size and last change, null when absent. */
  head(key: string): Promise<{ bytes: number; changedAt: Instant } | null>;
  /** Every key below the prefix, ascending. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number; changedAt: Instant }>;
  /** Only the pruner and whoever holds a lease may; absent is fine. */
  remove(key: string): Promise<void>;
}

/** One piece of a stream, as the manifest names it. */
export interface ChunkRef {
  /** Digest of the plain bytes: what authenticates the chunk. */
  sha256: Digest;
  /** Where it is: HMAC of the digest under the target's key, so that names give nothing away. */
  name: Digest;
  bytes: number;
  storedBytes: number;
  /** The part of the chunk that belongs to this stream, when small streams share the chunk; absent: all of it. */
  slice?: { from: number; bytes: number };
}

/** What a set is. Published last and create-only: a set without a manifest does not exist. */
export interface Manifest {
  format: 1;
  set: SetId;
  target: TargetId;
  kind: StoreKind;
  type: 'logical';
  consistency: Consistency;
  startedAt: Instant;
  finishedAt: Instant;
  by: RunId;
  /** The mark id of the place it was taken from, and the binding epoch then. */
  place: { mark: string | null; epoch: number };
  fingerprint: Fingerprint;
  /** Name of the stream that holds the adapter's meta, as JSON. */
  meta: string;
  /** `sha256` of a stream is as in `Written`; its bytes are its chunks, or their slices, one after the other. */
  streams: Readonly<Record<string, { sha256: Digest; bytes: number; chunks: readonly ChunkRef[] }>>;
  leftOut: readonly string[];
  /** Files and folders that are no part of the place; absent: none. */
  carried?: readonly Carried[];
  /** What a person asked it to hold instead of what the estate says. It is never the latest set. */
  selection?: Selection;
  versions: Readonly<Record<string, string>>;
  /** Id of the data key; the object `keys/<target>/<id>` holds it wrapped. */
  key: string;
  /** SHA-256 of the target's previous manifest; null for the first. */
  previous: Digest | null;
  /** How many sets of the target came before. */
  sequence: number;
}

/** A backup being written. Nothing is visible until `publish`. */
export interface SetWriter extends Sink {
  /** Keeps the meta stream, signs and publishes the manifest. @throws DrError `already-exists` */
  publish(facts: {
    kind: StoreKind;
    consistency: Consistency;
    place: Manifest['place'];
    fingerprint: Fingerprint;
    meta: unknown;
    leftOut: readonly string[];
    carried?: readonly Carried[];
    selection?: Selection;
    versions: Manifest['versions'];
    startedAt: Instant;
    by: RunId;
  }): Promise<SetReader>;
}

/** A set whose manifest has been authenticated. */
export interface SetReader extends Source {
  readonly manifest: Manifest;
  /** SHA-256 of the manifest's bytes: the set's digest. */
  readonly digest: Digest;
  /** @throws DrError `damaged`, `missing` */
  meta(): Promise<unknown>;
  /** Reads and authenticates everything. Yields each damage, does not stop at the first. */
  check(progress: (bytes: number, total: number) => void): AsyncIterable<{ stream: string; damage: string }>;
}

export interface SetSummary {
  manifest: Omit<Manifest, 'streams'>;
  digest: Digest;
  bytes: number;
  storedBytes: number;
}

export interface Lease {
  set: SetId;
  run: RunId;
  until: Instant;
}

export interface Vault {
  readonly says: string;
  /** Writes, reads and compares a probe object. @throws DrError with what to do */
  checkWritable(): Promise<void>;
  write(target: TargetId, set: SetId, work: { signal: AbortSignal; parallel: number }): Promise<SetWriter>;
  /**
   * Authenticates the manifest of this set, against its head record too, and needs no other set of the target.
   * @throws DrError `unknown-name`, `damaged`, `rolled-back`, `wrong-key`
   */
  open(target: TargetId, set: SetId, work: { signal: AbortSignal; parallel: number }): Promise<SetReader>;
  /**
   * Authenticated manifests of a target, oldest first, without their streams: those of years of sets do not fit into
   * memory. `bytes` are plain bytes, `storedBytes` those of the chunks the set names, shared ones included.
   * @throws DrError `rolled-back` (a published set is gone), `damaged`, `wrong-key`; the hint names the sets that `open`
   * all the same
   */
  sets(target: TargetId): Promise<readonly SetSummary[]>;
  bindings: {
    /** The highest epoch; null before the first. */
    current(target: TargetId): Promise<Binding | null>;
    /** The binding of that epoch; null when there is none. */
    at(target: TargetId, epoch: number): Promise<Binding | null>;
    /** Create-only: @throws DrError `stale-epoch` when that epoch exists with another content. */
    bind(binding: Binding): Promise<void>;
  };
  leases: {
    hold(target: TargetId, lease: Lease): Promise<void>;
    release(target: TargetId, set: SetId, run: RunId): Promise<void>;
    /** The latest of each set and run that was not released, expired ones too: compare `until`. */
    of(target: TargetId): Promise<readonly Lease[]>;
  };
  canaries: {
    /** Appends acknowledged canaries to the target's ledger. */
    acknowledge(target: TargetId, canaries: readonly Canary[]): Promise<void>;
    /** Ascending by seq. `since` skips older ledger pages. */
    ledger(target: TargetId, since?: Instant): Promise<readonly Canary[]>;
  };
  /** Places a run makes, registered before they are made. */
  places: {
    register(run: RunId, place: PlaceSpec): Promise<void>;
    close(run: RunId, place: PlaceSpec, how: 'discarded' | 'handed-over'): Promise<void>;
    /** Registered and neither discarded nor handed over. */
    leftovers(run?: RunId): Promise<readonly { run: RunId; place: PlaceSpec }[]>;
  };
  runs: {
    /** Create-only evidence below `runs/<yyyy>/<mm>/<run>/`. */
    keep(run: RunId, at: Instant, name: string, body: Uint8Array): Promise<string>;
    read(run: RunId, name: string): Promise<Uint8Array>;
    list(): AsyncIterable<{ run: RunId; name: string; at: Instant }>;
  };
  /** Marks that something happened once, for ever: false when it had. Used for one-time codes. */
  once(what: string): Promise<boolean>;
  /**
   * Chunks that no manifest names and that are older than the grace period. Dry unless `remove`. A target with a backup
   * under way is left alone.
   * @throws DrError as `sets`: a manifest that is gone may have named them
   */
  sweep(options: { graceMs: number; remove: boolean; now: Instant }): Promise<{ chunks: number; bytes: number }>;
}
