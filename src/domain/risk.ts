import type { Digest, Instant } from './words.ts';

export const risks = ['safe', 'disruptive', 'destructive'] as const;
/**
 * `safe`: restart, restore beside. `disruptive`: switch, in-place restore: one proven person who did not start the run.
 * `destructive`: drop, promote after a breach, discard, declare a place lost: two.
 */
export type Risk = (typeof risks)[number];

/** The estate may raise the risk of a step, never lower it. */
export const raise = (own: Risk, wanted: Risk | undefined): Risk =>
  wanted !== undefined && risks.indexOf(wanted) > risks.indexOf(own) ? wanted : own;

/** Who started the run. `proven` only when a code, a signed Slack request or an authenticated login said so. */
export interface Starter {
  person: string | null;
  proven: boolean;
}

/** One yes or no at a gate, by a person whose identity an activity has checked. */
export interface Decision {
  gate: string;
  person: string;
  answer: 'approve' | 'deny';
  /** How the person was proven: `code`, `slack`, or `break-glass` (claimed only, and said so in the report). */
  proof: 'code' | 'slack' | 'break-glass';
  plan: Digest;
  at: Instant;
  why?: string;
}

/** How many different proven people a gate needs. An unproven starter could be anyone, so it counts against one more. */
export const approvalsNeeded = (risk: Risk, starter: Starter): number => {
  if (risk === 'safe') return 0;
  return risk === 'destructive' || !starter.proven ? 2 : 1;
};

/** Why a decision does not count, as a sentence; null when it does. */
export const whyNotCounted = (
  decision: Decision,
  gate: { id: string; plan: Digest; starter: Starter; soFar: readonly Decision[] },
): string | null => {
  if (decision.gate !== gate.id)
    return `this answer is for gate ${decision.gate}, and ${gate.id} is the one that waits`;
  if (decision.plan !== gate.plan)
    return `this approves plan ${decision.plan.slice(0, 12)}, and ${gate.plan.slice(0, 12)} is what runs`;
  if (decision.proof === 'break-glass') return null;
  if (gate.starter.proven && gate.starter.person === decision.person) {
    return `${decision.person} started this run: someone else has to decide`;
  }
  if (gate.soFar.some((one) => one.person === decision.person && one.answer === decision.answer)) {
    return `${decision.person} has already answered: another person has to`;
  }
  return null;
};

/** Where a gate stands. One denial closes it; a break-glass approval opens it alone. */
export const judgeGate = (
  risk: Risk,
  starter: Starter,
  counted: readonly Decision[],
): { state: 'open'; missing: number } | { state: 'approved' } | { state: 'denied'; by: string } => {
  const denial = counted.find((one) => one.answer === 'deny');
  if (denial) return { state: 'denied', by: denial.person };
  if (counted.some((one) => one.proof === 'break-glass')) return { state: 'approved' };
  const people = new Set(counted.map((one) => one.person));
  const missing = approvalsNeeded(risk, starter) - people.size;
  return missing <= 0 ? { state: 'approved' } : { state: 'open', missing };
};
