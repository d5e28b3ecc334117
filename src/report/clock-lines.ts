import type { Rto, StampName, Stamps } from '../domain/clocks.ts';
import { measureRto } from '../domain/clocks.ts';
import type { RunRecord } from '../domain/run.ts';
import type { Clock } from './report.ts';

const named = (stamps: Stamps, stamp: StampName): Clock['from'] => {
  const known = stamps[stamp];
  return known === undefined ? null : { stamp, ...known };
};

/** The three clocks with both ends and their sources, also where an end is not known. */
export const clockLines = (stamps: Stamps, rto: Rto): Clock[] => {
  const to = named(stamps, 'healthy');
  return [
    { clock: 'business', from: named(stamps, 'impact'), to, seconds: rto.business, decides: rto.by === 'business' },
    { clock: 'declared', from: named(stamps, 'declared'), to, seconds: rto.declared, decides: rto.by === 'declared' },
    {
      clock: 'machine',
      from: named(stamps, 'approved') ?? named(stamps, 'started'),
      to,
      seconds: rto.machine,
      decides: false,
    },
  ];
};

/**
 * Recovery time up to `stamps.healthy`. `met` also needs that the run recovered and that nothing compared was different: being fast with
 * the wrong data, or before an undo took it all back, is not a recovery.
 */
export const rtoOf = (
  record: RunRecord,
  stamps: Stamps,
  objectiveSeconds: number | null,
  isEqual: boolean | null,
): Rto => {
  const rto = measureRto(stamps, objectiveSeconds);
  const recovered = (record.outcome === 'succeeded' || record.outcome === 'partially-failed') && isEqual !== false;
  return rto.verdict === 'met' && !recovered ? { ...rto, verdict: 'not measured' } : rto;
};

/** Why there is no verdict, as a sentence; null when there is one. */
export const whyNotMeasured = (record: RunRecord, stamps: Stamps, rto: Rto): string | null => {
  if (rto.verdict !== 'not measured') return null;
  if (record.outcome === 'planned') return 'a plan recovers nothing';
  if (rto.objectiveSeconds === null) return 'no recovery time is promised';
  if (stamps.healthy === undefined) return 'no green probe through the path of a user was seen';
  if (rto.by === null) return 'neither impact nor declaration has a time before it was healthy';
  if (record.outcome !== 'succeeded' && record.outcome !== 'partially-failed') return `the run ended ${record.outcome}`;
  const start = rto.by === 'business' ? stamps.impact : stamps.declared;
  if (start?.source === 'estimated' || stamps.healthy.source === 'estimated') return 'a time is an estimate';
  return 'the restored data is not equal';
};
