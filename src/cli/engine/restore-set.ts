import { randomUUID } from 'node:crypto';
import { applyEach, tallyOf } from '../../../activities/apply-each.ts';
import { metaOf, openSet, writerOf } from '../../../activities/set.ts';
import { type OpenSite, openSite } from '../../../activities/site.ts';
import type { Job } from '../../../activities/verb.ts';
import { parallelOf } from '../../domain/batches.ts';
import type { RestoreSelection } from '../../domain/data.ts';
import { compareFingerprints, type Difference } from '../../domain/fingerprint.ts';
import type { Site } from '../../domain/verbs.ts';
import { type SetId, stages } from '../../domain/words.ts';
import type { Progress, Writer } from '../../stores/port.ts';

export interface Restored {
  applied: number;
  /** Units that an earlier call of the same run had applied. */
  skipped: number;
  rows: number;
  bytes: number;
  objects: number;
  /** How long every row of the restored place was read for the proof. */
  verifyMs: number;
  /** Empty when the place equals the set, as far as it was selected. */
  differences: readonly Difference[];
}

/**
 * Restores a set into an open place with the same units, ledger and proof as a run through Temporal. Killed at any moment
 * it leaves a ledger: the same run goes on from there. The ledger is dropped only once the place is proven equal.
 */
export const restoreSet = async (job: Job, site: Site, set: SetId, selection: RestoreSelection): Promise<Restored> => {
  const reader = await openSet(job, site, set);
  const meta = await metaOf(reader);
  // What a store says of one unit would hide how far the whole is.
  let isApplying = false;
  const beat = (progress: Progress): void => (isApplying ? undefined : job.work.beat(progress));
  await using open = await openSite({ ...job, work: { ...job.work, beat } }, site, 'fresh');
  const by: Writer = { ...writerOf(job, site, reader), selection };
  await open.place.begin(by, meta);
  await identify(job, site, open);

  const units = stages.flatMap((stage) => [...open.kind.units(meta, stage, selection)]);
  const ledger = await open.place.ledger(by);
  const left = units.filter((unit) => !ledger.has(unit.id));
  const tally = tallyOf(left);
  isApplying = true;
  for (const stage of stages) {
    const ofStage = left.filter((unit) => unit.stage === stage);
    await applyEach(job, { open, reader, meta, by }, ofStage, parallelOf(stage, job.work.parallel), tally);
  }
  isApplying = false;
  job.work.beat({ says: 'comparing with the set, every row', bytes: 0, totalBytes: null });
  const verifyingSince = performance.now();
  const { expected, found } = await open.place.prove(by, meta, reader.manifest.fingerprint);
  const differences = compareFingerprints(expected, found);
  const verifyMs = Math.round(performance.now() - verifyingSince);
  if (differences.length === 0) await open.place.end(by);
  const { applied, rows, bytes } = tally;
  return {
    applied,
    skipped: units.length - applied,
    rows,
    bytes,
    objects: Object.keys(expected.objects).length,
    verifyMs,
    differences,
  };
};

/** A place that has no mark yet is one that nothing was ever written to by us: from here on it is known. */
const identify = async ({ order }: Job, { place, epoch }: Site, open: OpenSite): Promise<void> => {
  if (open.inspection.mark !== null) return;
  await open.place.stamp({ id: randomUUID(), target: place.target, role: place.role, epoch, run: order.run });
};
