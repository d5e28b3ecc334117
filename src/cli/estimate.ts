/** How far long work was at one moment. */
export interface Sample {
  /** Milliseconds of any steady clock. */
  atMs: number;
  bytes: number;
}

/** What a person wants to know of long work. */
export interface Estimate {
  bytesPerSecond: number;
  /** Null when nobody can know: the total is not known, it has just begun, or nothing moves. */
  leftMs: number | null;
}

/** Only this much of the past says how fast it is now. */
export const windowMs = 20_000;

/** Before this much has been seen, any number would be a guess. */
const warmUpMs = 1000;

/** Drops samples that are older than the window, all but the last of them: the window stays covered. */
export const recent = (samples: readonly Sample[], nowMs: number): Sample[] => {
  const first = samples.findLastIndex((sample) => sample.atMs <= nowMs - windowMs);
  return samples.slice(Math.max(0, first));
};

/**
 * Rate over the recent past, up to `nowMs` and not to the last sample: work that stalls gets slower with every second and
 * has no time left to name in the end. Samples ascend in time; bytes never count backwards.
 */
export const estimate = (samples: readonly Sample[], totalBytes: number | null, nowMs: number): Estimate => {
  const seen = recent(samples, nowMs);
  const [first] = seen;
  const last = seen.at(-1);
  if (first === undefined || last === undefined) return { bytesPerSecond: 0, leftMs: null };
  const spentMs = Math.max(0, nowMs - first.atMs);
  const moved = Math.max(0, last.bytes - first.bytes);
  const bytesPerSecond = spentMs === 0 ? 0 : (moved * 1000) / spentMs;
  if (totalBytes === null) return { bytesPerSecond, leftMs: null };
  if (last.bytes >= totalBytes) return { bytesPerSecond, leftMs: 0 };
  if (spentMs < warmUpMs || moved === 0) return { bytesPerSecond, leftMs: null };
  return { bytesPerSecond, leftMs: Math.ceil(((totalBytes - last.bytes) / bytesPerSecond) * 1000) };
};
