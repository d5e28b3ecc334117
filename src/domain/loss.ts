import type { Verdict } from './clocks.ts';
import { verdictOf } from './clocks.ts';
import type { Instant } from './words.ts';

/** One acknowledged canary write: numbered from 1 without gaps, acknowledged at `at` by the store's own clock. */
export interface Canary {
  seq: number;
  at: Instant;
}

/** What the canaries prove. `holes` are canaries missing below the newest one present: loss that no time explains. */
export interface ProvenLoss {
  seconds: number;
  lastAcknowledged: Canary;
  newestPresent: Canary | null;
  missing: number;
  holes: readonly number[];
  /** Canaries present that the ledger does not know: the place holds what was never acknowledged. */
  unknown: readonly number[];
}

export interface Loss {
  /** last acknowledged write before the fence − the point restored to, in seconds. */
  claimedSeconds: number | null;
  proven: ProvenLoss | null;
  /** Rows the lost place held beyond the set, where it could still be counted. */
  rows: number | null;
  objectiveSeconds: number | null;
  verdict: Verdict;
}

/**
 * Compares the ledger (what the service was told is safe) with what the restored place holds.
 * An empty ledger proves nothing: null, never zero.
 */
export const proveLoss = (ledger: readonly Canary[], present: readonly number[]): ProvenLoss | null => {
  const last = ledger.reduce<Canary | null>((max, one) => (max === null || one.seq > max.seq ? one : max), null);
  if (last === null) return null;
  const have = new Set(present);
  const known = new Set(ledger.map((one) => one.seq));
  const kept = ledger.filter((one) => have.has(one.seq)).sort((a, b) => a.seq - b.seq);
  const newest = kept.at(-1) ?? null;
  const first = ledger.reduce((min, one) => (one.seq < min.seq ? one : min), last);
  const from = newest ?? first;
  const seconds = newest?.seq === last.seq ? 0 : Math.max(0, (Date.parse(last.at) - Date.parse(from.at)) / 1000);
  return {
    seconds: Math.ceil(seconds),
    lastAcknowledged: last,
    newestPresent: newest,
    missing: ledger.filter((one) => !have.has(one.seq)).length,
    holes:
      newest === null ? [] : ledger.filter((one) => one.seq < newest.seq && !have.has(one.seq)).map((one) => one.seq),
    unknown: present.filter((seq) => !known.has(seq)),
  };
};

/** Claimed loss: from the point restored to until the last acknowledged write before the fence. */
export const claimLoss = (restoredTo: Instant | null, lastAcknowledgedAt: Instant | null): number | null => {
  if (restoredTo === null || lastAcknowledgedAt === null) return null;
  const ms = Date.parse(lastAcknowledgedAt) - Date.parse(restoredTo);
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms / 1000)) : null;
};

/** The verdict takes the worse of claimed and proven; holes or unknown canaries are a miss whatever the seconds say. */
export const judgeLoss = (
  claimedSeconds: number | null,
  proven: ProvenLoss | null,
  objectiveSeconds: number | null,
): Verdict => {
  if (proven === null) return 'not measured';
  if (proven.holes.length > 0 || proven.unknown.length > 0) return 'missed';
  return verdictOf(Math.max(proven.seconds, claimedSeconds ?? 0), objectiveSeconds);
};
