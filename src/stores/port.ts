import type { Check, CheckRow } from '../domain/checks.ts';
import type { Filter, RestoreSelection, Selection, Sink, Source } from '../domain/data.ts';
import type { Fingerprint } from '../domain/fingerprint.ts';
import type { Canary } from '../domain/loss.ts';
import type { Consistency, Instant, Mark, RunId, Stage, StoreKind } from '../domain/words.ts';
import type { PlaceLook, SetJson, SetLook } from './look.ts';

/** What a caller lends to work that may take hours. */
export interface Work {
  /** Aborted when the work must stop; adapters stop within a second and throw `interrupted`. */
  signal: AbortSignal;
  /** Called often with what was done so far; cheap, never throws. */
  beat(progress: Progress): void;
  /** Parallel connections or streams the adapter may use. */
  parallel: number;
}

export interface Progress {
  says: string;
  bytes: number;
  totalBytes: number | null;
}

/** One adapter per folder of `src/stores/`. `Meta` is what its sets keep in the manifest's `meta` stream. */
export interface Kind<Meta> {
  readonly kind: StoreKind;
  /**
   * Why places have no `can.fence`, as a sentence: plans say it instead of fencing. Where only some have none, it is told from
   * the connection string of the place, or of the server it was made on: null for those that have one; pure, never throws.
   * Absent: each has it.
   */
  readonly cannotFence?: string | ((url: string) => string | null);
  /**
   * Opens a place by its connection string.
   * @throws DrError `bad-input` (not such a URL), `no-permission`, `missing` (no such database), `unreachable`
   */
  open(url: string, work: Work): Promise<Place<Meta> & AsyncDisposable>;
  /**
   * What a selection of a set comes to that its words do not say: what comes along, what is left out, as sentences for the
   * person who decides. Pure; nothing has been changed yet.
   * @throws DrError `no-match`; `not-supported` (names what this store cannot do, or the set does not hold); `refused` (the
   * selection breaks references, each named)
   */
  explain(meta: Meta, selection: RestoreSelection): readonly string[];
  /** Pure, ordered, stable: the same meta, stage and selection give the same units in the same order, in any process. */
  units(meta: Meta, stage: Stage, selection?: RestoreSelection): Iterable<Unit>;
  /** Looking into sets; absent: they can only be restored. */
  readonly look?: SetLook<Meta>;
  /** Sets as JSON; absent: this kind has no form of them that JSON can hold. */
  readonly json?: SetJson<Meta>;
}

/** The smallest thing restored on its own: seconds to a minute of work. */
export interface Unit {
  /** Unique and stable within the set: the ledger's key. */
  id: string;
  stage: Stage;
  says: string;
  /** Cost, for cutting batches and for progress: plain bytes where known, else an estimate; at least 1. */
  bytes: number;
}

/** Who restores: the ledger and the epoch guard are keyed by it. */
export interface Writer {
  run: RunId;
  /** Digest of the manifest being restored. */
  set: string;
  epoch: number;
  /** What of the set: units cut from another selection are refused. Absent: everything. */
  selection?: RestoreSelection;
}

/** What a restore has to come to and what it came to, compared with `compareFingerprints`. */
export interface Proof {
  expected: Fingerprint;
  found: Fingerprint;
}

export interface Inspection {
  /** Null when the product never marked the place. */
  mark: Mark | null;
  version: string;
  /** The store's own clock, and how far ours is ahead of it. */
  clock: Instant;
  skewMs: number;
  /** Largest first, sizes as the server estimates them. Without the product's own objects. */
  objects: readonly { name: string; bytes: number; rows: number | null }[];
  bytes: number;
  /** Free bytes where the place keeps its data, when the server can tell. */
  freeBytes: number | null;
  /** What this login may not do but a backup or restore needs, as sentences with the remedy. */
  missingPermissions: readonly string[];
}

export interface Snapshot<Meta> {
  consistency: Consistency;
  meta: Meta;
  fingerprint: Fingerprint;
  /** Things of the source that the set does not hold, as sentences. */
  leftOut: readonly string[];
}

export interface Applied {
  /** False when the ledger said that the unit had been applied before. */
  wasApplied: boolean;
  rows: number;
  /** Plain bytes read from the source for it. */
  bytes: number;
}

/** Data in an open place. Optional capabilities are optional members of `can`; the plan says which are missing. */
export interface Place<Meta> {
  inspect(): Promise<Inspection>;
  /** Writes or replaces the mark. */
  stamp(mark: Mark): Promise<void>;
  /**
   * Backs up what is selected, from one consistent view. A crash leaves streams that no manifest names.
   * @throws DrError `no-match` (nothing is selected), `not-supported` (names what), `refused` (the selection breaks
   * references, each named), `no-permission`, `interrupted`
   */
  snapshot(to: Sink, selection: Selection): Promise<Snapshot<Meta>>;
  /**
   * Readies the place for units: ledger made, epoch raised. Idempotent for the same writer. Neither a higher epoch that
   * began before nor a higher one in the mark is passed over. What the selection needs and the place lacks is named here,
   * before anything is changed. Rows that were added to others are never added twice: neither by another writer while this
   * one has not ended, nor by the same one after its end.
   * @throws DrError `not-empty`, `stale-epoch`, `too-old` (server older than the set), `missing`, `refused`, `no-permission`,
   * and what `explain` throws
   */
  begin(by: Writer, meta: Meta): Promise<void>;
  /**
   * Applies one unit exactly once: its ledger row commits with its data. Killed half-way it leaves nothing.
   * @throws DrError `stale-epoch`, `refused` (this writer has not begun, or has ended), `damaged`, `no-space`,
   * `unreachable`, `interrupted`
   */
  restore(unit: Unit, meta: Meta, from: Source, by: Writer): Promise<Applied>;
  /** Ids of the units the ledger holds for this writer. */
  ledger(by: Writer): Promise<ReadonlySet<string>>;
  /** Drops the ledger. Idempotent. */
  end(by: Writer): Promise<void>;
  /** Of everything the filter selects, in one consistent view. */
  fingerprint(filter: Filter): Promise<Fingerprint>;
  /**
   * Holds the place against the set, as far as `by` selects it: `of` is the fingerprint of the set. Where rows were added to
   * others, what was there before counts too. Called before `end`.
   */
  prove(by: Writer, meta: Meta, of: Fingerprint): Promise<Proof>;
  readonly can: Capabilities<Meta>;
}

export interface Capabilities<Meta = unknown> {
  fence?: Fence;
  canary?: Canaries;
  checks?: Checks;
  look?: PlaceLook<Meta>;
  /**
   * What sample searches find in a place that a selection of the set was restored into, beside what they found at the source:
   * equal rows may be found less well by an index that was built again. Nothing where the set has no samples.
   * @throws DrError `unreachable`, `interrupted`
   */
  recall?(meta: Meta, selection?: RestoreSelection): Promise<CheckRow[]>;
}

export interface CheckOptions {
  /** The instant the data shows: newest rows are held against it. */
  at: Instant;
  /** Users work in the place: nothing that keeps them waiting is done. */
  isInService: boolean;
  /** Examples are keys as they are, for a person on the spot. Otherwise they are digests: values stay in the store. */
  shows?: 'values';
}

export interface Checks {
  /**
   * Runs checks one after the other and leaves nothing. A check has one row or more; what it names and the place lacks is
   * red, and what this login may not do is `not measured`, named.
   * @throws DrError `unreachable`, `interrupted`, `busy`: nothing is known of the rest
   */
  run(checks: readonly Check[], options: CheckOptions): Promise<CheckRow[]>;
  /**
   * The named columns of every row, as texts by which rows of another store name them: whole numbers in decimal, UUIDs in
   * lower case, everything else as it is. Some rows at a time, in any order, in bounded memory; null where a row has none.
   * @throws DrError `missing` (no such object or column), `unreachable`, `interrupted`
   */
  keys?(object: string, columns: readonly string[]): AsyncIterable<readonly (readonly (string | null)[])[]>;
}

export interface Fence {
  /** Stops writes by everyone but the product, ends sessions that could still write, survives a server restart. */
  fence(): Promise<void>;
  unfence(): Promise<void>;
  /** Tries a write as an ordinary client would; true when it was refused. Leaves nothing. */
  isFenced(): Promise<boolean>;
}

/** Canaries are user data: they are part of every set. */
export interface Canaries {
  /** Writes one and returns it with the store's own time of the acknowledged write. */
  write(seq: number): Promise<Canary>;
  /** Sequence numbers present, ascending. */
  present(): Promise<number[]>;
}
