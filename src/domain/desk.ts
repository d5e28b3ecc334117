import type { Rto } from './clocks.ts';
import type { Loss } from './loss.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './run.ts';
import type { Digest, Instant, RunId } from './words.ts';

/** The activities the engine itself needs, beside the verbs that steps ask for. They run on the control queue. */
export interface Desk {
  /**
   * Parses what a person typed, gathers facts, expands the runbook once and digests the result.
   * @throws DrError `bad-input`, `unknown-name`, `no-match`, each with a readable list of what is legal
   */
  freezePlan(input: { runbook: string; run: RunId; raw: unknown; at: Instant }): Promise<Plan>;
  /** Checks a one-time code: whose it is, fresh, and never used before. A refusal is an answer, not an error. */
  provePerson(input: { run: RunId; plan: Digest; gate: string; code: string }): Promise<Proof>;
  /** Keeps JSON and Markdown below `runs/` of the vault and answers with what they say. */
  writeReport(input: { record: RunRecord }): Promise<ReportFacts>;
}

export type Proof = { person: string } | { refused: string };

export interface ReportFacts {
  /** Vault keys of what was written. */
  kept: readonly string[];
  rto: Rto;
  loss: Loss | null;
  says: string;
}

/** Where activities run: one queue for control, one for each region that has stores. */
export const controlQueue = 'dr-control';
export const storesQueue = (region: string): string => `dr-stores-${region}`;
