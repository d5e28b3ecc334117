import type { Verdict } from './clocks.ts';
import { verdictOf } from './clocks.ts';
import type { Instant } from './words.ts';

/** One acknowledged canary write: numbered from 1 without gaps, acknowledged at `at` by the store's own clock. */
export interface Canary {
  seq: number;
  at: Instant;
}

/**
 * What the canaries prove. `holes` are canaries missing although a newer one is present, or although they were
 * acknowledged before the point restored to: loss that no time explains.
 */
export interface ProvenLoss {
  seconds: number;
  lastAcknowledged: Canary;
  newestPresent: Canary | null;
  missing: number;
  holes: readonly number[];
  /**
   * Canaries present, older than the newest acknowledged, that the ledger does not know: a writer was killed between the
   * write and its acknowledgement. Nothing is lost by them. Newer ones are on their way to the ledger.
   */
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

/** Ascending by seq, each once: an acknowledgement that was kept twice is one. */
const inOrder = (ledger: readonly Canary[]): Canary[] =>
  [...new Map(ledger.map((one) => [one.seq, one])).values()].sort((a, b) => a.seq - b.seq);

/** What bounds a loss in time. */
export interface LossBounds {
  /** The instants between which the set shows the place; the same twice for a point in time. */
  shows: { from: Instant; to: Instant };
  /** When the lost place came into service: what was missing before was lost, and counted, in an earlier recovery. */
  since: Instant | null;
}

/** A commit takes time: an acknowledgement this close before the point restored to may lie on either side of it. */
const commitMs = 1_000;

/**
 * Compares the ledger (what the service was told is safe) with what the restored place holds. Canaries in the place that
 * are newer than what the set shows were written there since and say nothing about the loss, so that it may be measured
 * after users moved. An empty ledger proves nothing: null, never zero.
 */
export const proveLoss = (
  ledger: readonly Canary[],
  present: readonly number[],
  bounds: LossBounds | null = null,
): ProvenLoss | null => {
  const have = new Set(present);
  const all = inOrder(ledger);
  const isWrittenSince = (one: Canary): boolean =>
    bounds !== null && have.has(one.seq) && Date.parse(one.at) > Date.parse(bounds.shows.to);
  const isOldLoss = (one: Canary): boolean =>
    bounds !== null && bounds.since !== null && !have.has(one.seq) && Date.parse(one.at) <= Date.parse(bounds.since);
  const before = all.filter((one) => !isWrittenSince(one) && !isOldLoss(one));
  const [first, last] = [before[0], before.at(-1)];
  if (first === undefined || last === undefined) return null;

  const newest = before.findLast((one) => have.has(one.seq)) ?? null;
  const lost = before.filter((one) => !have.has(one.seq));
  const isHole = (one: Canary): boolean =>
    newest !== null &&
    (one.seq < newest.seq || (bounds !== null && Date.parse(one.at) < Date.parse(bounds.shows.from) - commitMs));
  const ms = newest?.seq === last.seq ? 0 : Date.parse(last.at) - Date.parse((newest ?? first).at);
  const known = new Set(all.map((one) => one.seq));
  const newestKnown = all.at(-1)?.seq ?? 0;
  return {
    seconds: Math.ceil(Math.max(0, ms) / 1000),
    lastAcknowledged: last,
    newestPresent: newest,
    missing: lost.length,
    holes: lost.filter(isHole).map((one) => one.seq),
    unknown: [...have].filter((seq) => !known.has(seq) && seq < newestKnown).sort((a, b) => a - b),
  };
};

/** Claimed loss: from the point restored to until the last acknowledged write before the fence. */
export const claimLoss = (restoredTo: Instant | null, lastAcknowledgedAt: Instant | null): number | null => {
  if (restoredTo === null || lastAcknowledgedAt === null) return null;
  const ms = Date.parse(lastAcknowledgedAt) - Date.parse(restoredTo);
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms / 1000)) : null;
};

/** Canaries are missing, and the times of those around them run backwards: no seconds can be told. */
const isReversed = ({ missing, newestPresent, lastAcknowledged }: ProvenLoss): boolean =>
  missing > 0 && newestPresent !== null && Date.parse(lastAcknowledged.at) < Date.parse(newestPresent.at);

/**
 * The verdict takes the worse of claimed and proven. Whatever the seconds say: holes or a place without any canary are a
 * miss, and times that run backwards are not measured.
 */
export const judgeLoss = (
  claimedSeconds: number | null,
  proven: ProvenLoss | null,
  objectiveSeconds: number | null,
): Verdict => {
  if (proven === null) return 'not measured';
  if (proven.newestPresent === null || proven.holes.length > 0) return 'missed';
  const seconds = Math.max(proven.seconds, claimedSeconds ?? 0);
  const verdict = verdictOf(seconds, objectiveSeconds);
  return verdict === 'met' && isReversed(proven) ? 'not measured' : verdict;
};
