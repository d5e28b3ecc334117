import type { Unit, Writer } from '../src/stores/port.ts';
import type { SetReader } from '../src/vault/port.ts';
import { eachBounded } from './each-bounded.ts';
import type { OpenSite } from './site.ts';
import type { Job } from './verb.ts';

/** A set on its way into a place. */
export interface Restoring {
  open: OpenSite;
  reader: SetReader;
  meta: unknown;
  by: Writer;
}

/** What was done so far, and what there is to do; counted on over several calls. */
export interface Tally {
  applied: number;
  rows: number;
  /** Plain bytes read for it. */
  bytes: number;
  /** The same as the units estimated them, of `totalBytes`. */
  passed: number;
  totalBytes: number;
}

export const tallyOf = (units: readonly Unit[]): Tally => ({
  applied: 0,
  rows: 0,
  bytes: 0,
  passed: 0,
  totalBytes: units.reduce((sum, unit) => sum + unit.bytes, 0),
});

/**
 * Applies units, `parallel` at a time, each committed with its ledger row; tells which one began. After a failure no
 * further unit begins, those in flight are waited for, and the first failure is thrown.
 */
export const applyEach = (
  { work }: Job,
  { open, reader, meta, by }: Restoring,
  units: readonly Unit[],
  parallel: number,
  tally: Tally,
): Promise<void> =>
  eachBounded(units, parallel, async (unit) => {
    work.signal.throwIfAborted();
    work.beat({ says: `restoring, ${unit.says}`, bytes: tally.passed, totalBytes: tally.totalBytes });
    const { wasApplied, rows, bytes } = await open.place.restore(unit, meta, reader, by);
    tally.applied += wasApplied ? 1 : 0;
    tally.rows += rows;
    tally.bytes += bytes;
    tally.passed += unit.bytes;
  });
