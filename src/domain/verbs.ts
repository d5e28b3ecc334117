import type { CheckRow } from './checks.ts';
import type { Stamps } from './clocks.ts';
import type { EqualityRow } from './fingerprint.ts';
import type { Loss } from './loss.ts';
import type { Consistency, Digest, Instant, Mode, PlaceSpec, RunId, SetId, Stage, TargetId } from './words.ts';

/** Under which plan a verb works. An activity refuses when its own estate file has another digest. */
export interface Order {
  run: RunId;
  step: string;
  mode: Mode;
  /** Digest of the frozen plan. */
  plan: Digest;
  /** Digest of the estate file the plan was made from. */
  estate: Digest;
}

/** The place a verb works on, and the binding epoch it may write under. */
export interface Site {
  place: PlaceSpec;
  epoch: number;
}

/** What a verb found: small, and safe to keep in a history. Numbers and digests, never rows and never secrets. */
export interface Fact {
  says: string;
  beganAt: Instant;
  endedAt: Instant;
  objects?: number;
  rows?: number;
  bytes?: number;
  digest?: Digest;
  set?: SetId;
  /** Of a set that was taken: when it shows the place, and what the vault keeps for it. */
  shows?: Consistency;
  storedBytes?: number;
  /** Units that this call applied, and units it found already applied. */
  applied?: number;
  skipped?: number;
  stamps?: Stamps;
  equality?: readonly EqualityRow[];
  /** What the estate's checks found, the worst first. */
  checks?: readonly CheckRow[];
  loss?: Loss;
  versions?: Readonly<Record<string, string>>;
  /** True things a person must read. They make a run `partially-failed` only when `isFailure`. */
  findings?: readonly Finding[];
}

/** The tables behind a verdict: a fact carries them, and so does the error that is the opposite of it. */
export type Evidence = Pick<Fact, 'equality' | 'checks'>;

export interface Finding {
  says: string;
  isFailure: boolean;
}

type Verb<Input> = (order: Order, input: Input) => Promise<Fact>;

/**
 * Everything a step can ask for. One activity file per verb. Every verb is idempotent by run and step, fails with a
 * `DrError`, and leaves behind only what its undo removes. Checks change nothing.
 */
export interface Verbs {
  /** Reachable, mark, permissions, space for twice the set, vault writable. */
  checkReady: Verb<{ target: TargetId; sites: readonly Site[]; set?: SetId }>;
  takeSnapshot: Verb<{ site: Site; set: SetId }>;
  /** Reads, authenticates and hashes every chunk of a set. `older` is what to use when it is damaged. */
  checkSet: Verb<{ target: TargetId; set: SetId; older?: SetId }>;
  holdSet: Verb<{ target: TargetId; set: SetId; until: Instant }>;
  releaseSet: Verb<{ target: TargetId; set: SetId }>;
  /** Registers, makes and marks a place. A second call finds the first one's place. */
  providePlace: Verb<{ site: Site }>;
  /** The place answers and bears the mark of this run. */
  checkPlace: Verb<{ site: Site }>;
  discardPlace: Verb<{ site: Site }>;
  checkDiscarded: Verb<{ site: Site }>;
  /** Refuses a place that is not empty; makes the ledger; writes the epoch. */
  beginRestore: Verb<{ site: Site; set: SetId }>;
  /** Applies batch `batch` of `batches`, cut over the stable order of the stage's units. Ledgered: exactly once. */
  applyUnits: Verb<{ site: Site; set: SetId; stage: Stage; batch: number; batches: number }>;
  /** Every unit of the stage is in the ledger. */
  checkStage: Verb<{ site: Site; set: SetId; stage: Stage }>;
  /** Drops the ledger. */
  endRestore: Verb<{ site: Site; set: SetId }>;
  /** Fingerprints of the place equal those of the set, every object. */
  comparePlace: Verb<{ site: Site; set: SetId }>;
  /**
   * The checks of the estate for the target of the place; with `integrity` that one too, asked for or not. Newest rows are
   * held against the set's instant, or against now without a set. `parents` are the places in which this run brings back
   * other targets that the checks name (`parentTarget`); those that are not among them are looked at where they are in service.
   */
  runChecks: Verb<{ site: Site; set?: SetId; integrity?: true; parents?: readonly Site[] }>;
  /**
   * Puts files and folders that the set carries back on this machine, over nothing that is there, and proves them; in a drill
   * into a folder that goes at once.
   */
  putBackCarried: Verb<{ site: Site; set: SetId }>;
  fencePlace: Verb<{ site: Site }>;
  unfencePlace: Verb<{ site: Site }>;
  /** A write is refused, or the place is provably gone. */
  checkFenced: Verb<{ site: Site }>;
  checkWritable: Verb<{ site: Site }>;
  /** Compare-and-set of everything that leads users to a place, then the binding. `epoch` is in force; `epoch + 1` will be. */
  switchTarget: Verb<{ target: TargetId; from: PlaceSpec; to: PlaceSpec; epoch: number }>;
  /** The switches show `to`, and the binding in force is `to` under `epoch`: after `switchTarget`, its `epoch + 1`. */
  checkSwitched: Verb<{ target: TargetId; to: PlaceSpec; epoch: number }>;
  /** One green probe through the path a user takes. */
  probeService: Verb<{ service: string }>;
  /** Canaries of the ledger against those in `site`; rows that `old` holds beyond the set, where it can still be read. */
  measureLoss: Verb<{ target: TargetId; site: Site; set: SetId; old?: Site }>;
}

export type VerbName = keyof Verbs;

/** A verb with its input: a typo is a compile error. */
export type Call = { [V in VerbName]: { verb: V; with: Parameters<Verbs[V]>[1] } }[VerbName];
