import type { Instant } from './words.ts';

export const stampNames = [
  'impact',
  'detected',
  'declared',
  'approved',
  'started',
  'dataBack',
  'verified',
  'switched',
  'healthy',
  'closed',
] as const;
export type StampName = (typeof stampNames)[number];

export type StampSource = 'probe' | 'alert' | 'person' | 'history' | 'estimated';
export interface Stamp {
  at: Instant;
  source: StampSource;
}
/** The moments of a run. One that is absent is not known, and nothing is assumed for it. */
export type Stamps = Readonly<Partial<Record<StampName, Stamp>>>;

export type Verdict = 'met' | 'missed' | 'not measured';

/** Whole seconds, or null where a stamp is missing or the two are in the wrong order. */
export const secondsBetween = (from: Stamp | undefined, to: Stamp | undefined): number | null => {
  if (from === undefined || to === undefined) return null;
  const ms = Date.parse(to.at) - Date.parse(from.at);
  return Number.isFinite(ms) && ms >= 0 ? Math.ceil(ms / 1000) : null;
};

/** The three recovery clocks, printed side by side and never mixed. Seconds; null is "not measured". */
export interface Rto {
  /** impact → healthy: what users lived through. */
  business: number | null;
  /** declared → healthy: what policies quote. */
  declared: number | null;
  /** last needed approval → healthy: what engineers tune. Never decides the verdict. */
  machine: number | null;
  objectiveSeconds: number | null;
  /** Which clock decided. */
  by: 'business' | 'declared' | null;
  verdict: Verdict;
}

/**
 * Measured recovery time. The verdict uses the business clock, else the declared one, never the machine's; holds and
 * people count in it. Estimated stamps never decide "met". Without a clock or an objective it is "not measured".
 */
export const measureRto = (stamps: Stamps, objectiveSeconds: number | null): Rto => {
  const business = secondsBetween(stamps.impact, stamps.healthy);
  const declared = secondsBetween(stamps.declared, stamps.healthy);
  const machine = secondsBetween(stamps.approved ?? stamps.started, stamps.healthy);
  const by = business !== null ? 'business' : declared !== null ? 'declared' : null;
  const seconds = by === null ? null : by === 'business' ? business : declared;
  const start = by === 'business' ? stamps.impact : stamps.declared;
  const isEstimated = start?.source === 'estimated' || stamps.healthy?.source === 'estimated';
  const verdict = verdictOf(seconds, objectiveSeconds, isEstimated);
  return { business, declared, machine, objectiveSeconds, by, verdict };
};

/** `missed` needs no certainty about the start; `met` does: an estimate can only miss. No real duration is not measured. */
export const verdictOf = (seconds: number | null, objective: number | null, isEstimated = false): Verdict => {
  if (seconds === null || objective === null || !(seconds >= 0)) return 'not measured';
  if (seconds > objective) return 'missed';
  return isEstimated ? 'not measured' : 'met';
};
