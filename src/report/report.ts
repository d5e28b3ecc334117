import type { CheckRow } from '../domain/checks.ts';
import type { Rto, StampName, StampSource, Verdict } from '../domain/clocks.ts';
import type { EqualityRow } from '../domain/fingerprint.ts';
import type { Loss } from '../domain/loss.ts';
import type { Step } from '../domain/plan.ts';
import type { Risk, Starter } from '../domain/risk.ts';
import type { Note, StepState, Wait } from '../domain/run.ts';
import type { Finding } from '../domain/verbs.ts';
import type { Digest, Instant, Mode, Outcome, RunId, SetId, TargetId } from '../domain/words.ts';

/**
 * What is kept of a run: the JSON below `runs/` of the vault is exactly this, and `docs/report.schema.json` describes it.
 * Times are instants, durations end in their unit, and null always means "not known", never zero.
 */
export interface Report {
  format: 1;
  headline: Headline;
  run: RunSummary;
  /** Of several targets that of the one that decides: the worst verdict, then the slowest. */
  rto: Rto;
  /** What became of each target, in the order of the plan. */
  targets: readonly TargetLine[];
  /** Sets that this run took, in the order of the plan; empty when it took none. */
  backups: readonly BackupLine[];
  /** How far apart the instants of its sets are, restored or taken; null for less than two. */
  skewMs: number | null;
  /** The three clocks, each with where its ends come from. They are never added up or mixed. */
  clocks: readonly Clock[];
  stamps: readonly { stamp: StampName; at: Instant; source: StampSource }[];
  /** Where the time went. Each list adds up to its window exactly. */
  parts: { run: readonly Part[]; recovery: readonly Part[] | null };
  criticalPath: CriticalPath;
  /** Every planned step, in the order of the plan, with when it ran. */
  phases: readonly PhaseLine[];
  timeline: readonly TimelineEvent[];
  waits: readonly WaitLine[];
  retries: readonly Retry[];
  decisions: readonly DecisionLine[];
  loss: LossSummary;
  equality: readonly EqualityTable[];
  /** What the estate's checks found in the restored data: a row that is not measured is not green. */
  checks: readonly ChecksTable[];
  notExecuted: readonly NotExecuted[];
  /** What the plan said it would not do, each with the reason. */
  notDone: readonly string[];
  findings: readonly Finding[];
  sets: readonly { set: SetId; target: TargetId; digest: Digest; from: Instant; to: Instant; bytes: number }[];
  versions: Readonly<Record<string, string>>;
  checklist: readonly ChecklistItem[];
  notes: readonly Note[];
}

/** The answer to "did we make it", first in every form of the report. */
export interface Headline {
  /** `yes` needs success, equality and both objectives met; what was not measured is never a yes. */
  answer: 'yes' | 'no' | 'partly' | 'not measured' | 'planned';
  says: string;
  rto: Verdict;
  rpo: Verdict;
}

export interface RunSummary {
  id: RunId;
  runbook: string;
  says: string;
  mode: Mode;
  targets: readonly TargetId[];
  incident: string | null;
  why: string | null;
  starter: Starter;
  startedAt: Instant;
  endedAt: Instant;
  ms: number;
  outcome: Outcome;
  because: string | null;
  plan: Digest;
  estate: Digest;
  /** Where Temporal keeps the history of the run; null for a report that was made outside of it. */
  temporal: TemporalRun | null;
}

export interface TemporalRun {
  namespace: string;
  /** Temporal's own id of this execution of the run. */
  execution: string;
  /** Address of the Temporal UI as workers know it, without a slash at its end; null when nobody told them. */
  ui: string | null;
}

/** One target of the run. */
export interface TargetLine {
  target: TargetId;
  /** The set it was restored from; null when it was not. */
  set: SetId | null;
  /** Up to the moment when every service that stands on it was healthy. */
  rto: Rto;
  loss: Loss | null;
  /** Objects compared with the set, and whether all were equal; null when none was compared. */
  objects: number;
  isEqual: boolean | null;
  /** What the estate's checks came to, as a sentence; null when none ran. */
  checks: string | null;
  areChecksGreen: boolean | null;
}

/** One set that the run took. Null where the record does not say. */
export interface BackupLine {
  target: TargetId;
  set: SetId;
  /** The instants between which it shows the place; the same twice for a point in time. */
  from: Instant | null;
  to: Instant | null;
  objects: number | null;
  rows: number | null;
  bytes: number | null;
  /** What the vault keeps for it, compressed and encrypted; what it shares with other sets is counted too. */
  storedBytes: number | null;
}

export interface Clock {
  clock: 'business' | 'declared' | 'machine';
  from: { stamp: StampName; at: Instant; source: StampSource } | null;
  to: { stamp: StampName; at: Instant; source: StampSource } | null;
  seconds: number | null;
  /** This clock gave the verdict. */
  decides: boolean;
}

export const partNames = [
  'machine',
  'human',
  'hold',
  'lock',
  'failedAttempts',
  'queue',
  'engine',
  'outsideRun',
] as const;
export type PartName = (typeof partNames)[number];

export interface Part {
  part: PartName;
  ms: number;
}

export interface CriticalPath {
  /** `healthy` when a step measured it; what came later did not keep users waiting. */
  until: 'healthy' | 'end';
  legs: readonly Leg[];
}

/** One step of the chain that decided how long it took. `gapMs` passed between the step before and this one. */
export interface Leg {
  step: string;
  phase: string;
  says: string;
  startedAt: Instant;
  endedAt: Instant;
  gapMs: number;
  ms: number;
}

export interface PhaseLine {
  phase: string;
  says: string;
  steps: readonly StepLine[];
}

/** What became of one planned step. Times are null for a step that never started, or has not ended. */
export interface StepLine {
  step: string;
  says: string;
  kind: Step['kind'];
  state: StepState;
  attempts: number;
  startedAt: Instant | null;
  /** When the attempt that counts began: before it the step waited for a worker, or attempts failed. */
  workedFrom: Instant | null;
  endedAt: Instant | null;
}

export interface TimelineEvent {
  at: Instant;
  what: 'run' | 'stamp' | 'step' | 'decision' | 'wait' | 'note';
  says: string;
  /** Null for what takes no time. */
  ms: number | null;
}

export interface WaitLine extends Omit<Wait, 'to'> {
  /** The end of the run when nobody ended it. */
  to: Instant;
  ms: number;
  wasEnded: boolean;
}

export interface Retry {
  step: string;
  says: string;
  attempts: number;
  state: StepState;
  failure: string | null;
}

export interface DecisionLine {
  at: Instant;
  gate: string;
  risk: Risk | null;
  person: string;
  answer: 'approve' | 'deny';
  proof: 'code' | 'slack' | 'break-glass';
  /** True when nobody's identity was checked. */
  isBreakGlass: boolean;
  why: string | null;
}

export interface LossSummary {
  verdict: Verdict;
  objectiveSeconds: number | null;
  /** The worst of all targets, null when none was measured. */
  worst: Loss | null;
  worstTarget: TargetId | null;
  targets: readonly { target: TargetId; loss: Loss | null }[];
}

export interface EqualityTable {
  step: string;
  target: TargetId | null;
  isEqual: boolean;
  /** How many were compared: a history keeps only some rows, all that differ among them first. */
  objects: number;
  rows: readonly EqualityRow[];
}

export interface ChecksTable {
  step: string;
  target: TargetId | null;
  /** Red ones first. A history keeps only some, all red ones among them first. */
  rows: readonly CheckRow[];
}

export interface NotExecuted {
  step: string;
  phase: string;
  says: string;
  state: StepState;
  why: string;
  by: readonly string[];
}

export interface ChecklistItem {
  item: string;
  state: 'yes' | 'no' | 'not applicable' | 'not measured';
  because: string;
}
