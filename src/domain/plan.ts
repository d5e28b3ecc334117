import type { Risk, Starter } from './risk.ts';
import type { Call } from './verbs.ts';
import type { Consistency, Digest, Instant, Mode, PlaceId, PlaceSpec, RunId, SetId, Stage, TargetId } from './words.ts';

/** Named retry and time-out settings; the engine keeps their numbers in one file. */
export const profiles = ['quick', 'bulk', 'human'] as const;
export type Profile = (typeof profiles)[number];

/** What takes a step back, or the sentence that says why nothing can. */
export type Undo = Call | { irreversible: string };

interface Named {
  /** Unique in the plan: `switch`, `data`. */
  id: string;
  /** The sentence the on-call engineer sees. */
  says: string;
  /** Steps of the same phase that must be done first. Without it a step starts with its phase, in parallel. */
  after?: readonly string[];
}

export interface DoStep extends Named {
  kind: 'do';
  run: Call;
  verify: Call;
  undo: Undo;
  profile?: Profile;
  /** Why going on without this step is safe, and how risky that is. Absent: it cannot be skipped. */
  skippable?: { why: string; risk: Risk };
}

/** Restores one stage of a set, fanned out over every worker that listens. */
export interface UnitsStep extends Named {
  kind: 'units';
  site: { place: PlaceSpec; epoch: number };
  set: SetId;
  stage: Stage;
  batches: number;
  verify: Call;
  undo: Undo;
}

export interface GateStep extends Named {
  kind: 'gate';
  asks: string;
  risk: Risk;
  /** How long the gate waits before it closes as denied: `2h`. */
  expires: string;
}

/** Runs a check until it has been green `greens` times in a row; red past `until` fails or asks. */
export interface WatchStep extends Named {
  kind: 'watch';
  check: Call;
  every: string;
  until: string;
  greens: number;
  onRed: 'fail' | 'ask';
}

export type Step = DoStep | UnitsStep | GateStep | WatchStep;

export const hooks = ['beforeRestore', 'afterRestore', 'afterSwitch'] as const;
/** Where the engine inserts what an estate wants done at every restore, whatever the runbook. */
export type Hook = (typeof hooks)[number];

export interface Phase {
  id: string;
  says: string;
  hook?: Hook;
  steps: readonly Step[];
}

export interface Objective {
  rtoSeconds: number | null;
  rpoSeconds: number | null;
}

/** What a runbook needs to know about a backup set. */
export interface SetFacts {
  id: SetId;
  target: TargetId;
  digest: Digest;
  consistency: Consistency;
  bytes: number;
  objects: number;
  rows: number;
  /** Batches per stage, cut so that one activity moves about 300 MB. */
  batches: Readonly<Record<Stage, number>>;
  /** Paths of files and folders that it carries along; absent: none. */
  carries?: readonly string[];
}

/** A service that users reach the target through, and when it counts as healthy. */
export interface ServiceFacts {
  id: string;
  /** Green probes in a row. */
  greens: number;
  /** `1s` */
  every: string;
}

export interface TargetFacts {
  id: TargetId;
  kind: string;
  objective: Objective;
  /** Where the target is in service now. */
  bound: { place: PlaceSpec; epoch: number };
  /** Places pre-allocated for this run; a runbook uses those it needs. */
  beside: PlaceSpec | null;
  scratch: PlaceSpec | null;
  /** The set id a backup of this run would get. */
  nextSet: SetId;
  /** The set this run restores: the asked one, or the newest at or before the asked time. Null when there is none. */
  set: SetFacts | null;
  /** The set before that one: what is left when the chosen one turns out damaged. Null when it was not looked for. */
  older: SetId | null;
  services: readonly ServiceFacts[];
  /** How many checks the estate has for it. */
  checks: number;
  /** Other targets whose rows its own rows name, as its `orphans` checks say. Absent: none. */
  references?: readonly TargetId[];
  /** Why writes at its place in service cannot be stopped, as a sentence. Absent: they can. */
  cannotFence?: string;
  /** What leads users to this target, as sentences; empty when nothing switches. */
  switches: readonly string[];
}

/** Everything a runbook may look at. Gathered once, by `freezePlan`. */
export interface Facts {
  run: RunId;
  mode: Mode;
  now: Instant;
  targets: Readonly<Record<TargetId, TargetFacts>>;
  hooks: Readonly<Partial<Record<Hook, readonly Step[]>>>;
  /** Least risk per step id, from the estate. */
  risk: Readonly<Record<string, Risk>>;
}

/** A definition: pure data and pure functions. The engine owns everything else. */
export interface Runbook<Input extends RunInput = RunInput> {
  name: string;
  /** One line: what it does, as the on-call engineer would say it. */
  says: string;
  /** Which facts to gather. Empty means every target of the estate. */
  targets(input: Input): readonly TargetId[];
  /** False: no set is looked at, so that a damaged one cannot keep the next backup from being taken. Default: true. */
  readsSets?(input: Pick<Input, 'mode'>): boolean;
  /** True: a newest set that does not even open is passed over for the one before, and the plan says so. Default: false. */
  wantsGoodSet?: boolean;
  /** Checks what is particular to this runbook. @throws DrError `bad-input`, `no-match` */
  phases(facts: Facts, input: Input): readonly Phase[];
}

/** What a person types. Every field but the target has a default; an empty box is answered with what is legal. */
export interface RunInput {
  target?: TargetId;
  /** Several at once, for runbooks that are about the estate. */
  targets?: readonly TargetId[];
  mode: Mode;
  /** A set id, or `latest`. */
  set: SetId | 'latest';
  /** Restore the newest set at or before this instant. */
  at?: Instant;
  incident?: string;
  why?: string;
  /** When users were first hurt, when it was noticed, when it was declared a disaster. */
  impactAt?: Instant;
  detectedAt?: Instant;
  declaredAt?: Instant;
  /** Who starts it, and a one-time code that proves it. The code is checked once and not kept in the plan. */
  by?: string;
  code?: string;
}

/** The frozen plan: what was approved is byte for byte what runs. */
export interface Plan {
  runbook: string;
  says: string;
  run: RunId;
  mode: Mode;
  digest: Digest;
  estate: Digest;
  madeAt: Instant;
  starter: Starter;
  targets: readonly TargetId[];
  /** Whose workers do the store work: `dr-stores-<region>`. */
  region: string;
  /** Of several targets the strictest promises. */
  objective: Objective;
  /** What each was promised, where there are several targets. */
  objectives?: Readonly<Record<TargetId, Objective>>;
  /** Places this run locks, sorted: one lock each. */
  locks: readonly PlaceId[];
  sets: readonly SetFacts[];
  phases: readonly Phase[];
  input: Omit<RunInput, 'code'>;
  /** What this run will not do although a reader might expect it, each with the reason. */
  notDone: readonly string[];
  /** The product and server versions known at planning. */
  versions: Readonly<Record<string, string>>;
}
