import type { Stamps, Verdict } from './clocks.ts';
import type { Plan, Step } from './plan.ts';
import type { Decision } from './risk.ts';
import type { Evidence, Fact, Finding } from './verbs.ts';
import type { Instant, Outcome } from './words.ts';

export const stepStates = [
  'waiting',
  'running',
  'asking',
  'done',
  'skipped',
  'failed',
  'undone',
  'not-executed',
] as const;
export type StepState = (typeof stepStates)[number];

/** What happened to one step. */
export interface StepRecord {
  id: Step['id'];
  phase: string;
  kind: Step['kind'];
  says: string;
  state: StepState;
  startedAt?: Instant;
  endedAt?: Instant;
  /** Attempts by people and engine together; 1 is a clean run. */
  attempts: number;
  percent?: number;
  fact?: Fact;
  verified?: Fact;
  failure?: string;
  /** What the failure found out. */
  evidence?: Evidence;
  /** Why it was skipped, and by whom. */
  skipped?: { why: string; by: readonly string[] };
}

/** Time that was not machine work, kept apart in the report. */
export interface Wait {
  kind: 'approval' | 'hold' | 'question' | 'lock';
  step: string | null;
  from: Instant;
  to: Instant | null;
  says: string;
}

export interface Note {
  at: Instant;
  says: string;
}

/** Everything a report is made from: the workflow's own record of the run. */
export interface RunRecord {
  plan: Plan;
  outcome: Outcome;
  startedAt: Instant;
  endedAt: Instant;
  stamps: Stamps;
  steps: readonly StepRecord[];
  decisions: readonly Decision[];
  waits: readonly Wait[];
  notes: readonly Note[];
  findings: readonly Finding[];
  /** Why it ended as it did, when not a success. */
  because?: string;
}

/** What a run answers with: the workflow's result, and the detail of its failure. */
export interface RunResult {
  outcome: Outcome;
  verdicts: { rto: Verdict; rpo: Verdict };
  /** The end in one or two sentences. */
  says: string;
  /** Vault keys of the report; empty for a plan, and when it could not be kept. */
  report: readonly string[];
}

/** The answer of the `status` query. */
export interface Status extends Omit<RunRecord, 'outcome' | 'endedAt' | 'plan'> {
  runbook: string;
  mode: string;
  plan: Plan | null;
  state: 'planning' | 'running' | 'asking' | 'approving' | 'held' | 'undoing' | 'ended';
  outcome: Outcome | null;
  /** Who must act next, and what they paste. Empty when the machine works. */
  next: string;
  /** The answer given to the latest message, so that a person sees what became of it. */
  lastMessage: string;
}
