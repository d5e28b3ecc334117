import { applyEach, type Restoring, type Tally, tallyOf } from '../../../activities/apply-each.ts';
import type { Job } from '../../../activities/verb.ts';
import { parallelOf } from '../../domain/batches.ts';
import type { CheckRow } from '../../domain/checks.ts';
import { compareFingerprints, type Difference } from '../../domain/fingerprint.ts';
import { stages } from '../../domain/words.ts';
import type { HushedWork } from './hush.ts';

export interface Filled {
  tally: Tally;
  /** Units that the ledger held before. */
  skipped: number;
  /** Objects that were looked at for the proof. */
  objects: number;
  /** How long every row of the place was read for the proof. */
  verifyMs: number;
  /** How long the indexes took. */
  indexMs: number;
  /** Empty when the place equals the set, as far as it was selected. */
  differences: readonly Difference[];
  /** What sample searches find, beside what they found at the source; nothing where the place differs. */
  recall: readonly CheckRow[];
}

/** Applies what the writer selects and the ledger lacks, stage by stage, then holds the place against the set. */
export const fillPlace = async (job: Job, restoring: Restoring, quietly: HushedWork['quietly']): Promise<Filled> => {
  const { open, reader, meta, by } = restoring;
  const units = stages.flatMap((stage) => [...open.kind.units(meta, stage, by.selection)]);
  const ledger = await open.place.ledger(by);
  const left = units.filter((unit) => !ledger.has(unit.id));
  const tally = tallyOf(left);
  let indexMs = 0;
  await quietly(async () => {
    for (const stage of stages) {
      const ofStage = left.filter((unit) => unit.stage === stage);
      const since = performance.now();
      await applyEach(job, restoring, ofStage, parallelOf(stage, job.work.parallel), tally);
      if (stage === 'index') indexMs = Math.round(performance.now() - since);
    }
  });
  job.work.beat({ says: 'comparing with the set, every row', bytes: 0, totalBytes: null });
  const verifyingSince = performance.now();
  const { expected, found } = await open.place.prove(by, meta, reader.manifest.fingerprint);
  const differences = compareFingerprints(expected, found);
  const verifyMs = Math.round(performance.now() - verifyingSince);
  const recall = differences.length > 0 ? [] : ((await open.place.can.recall?.(meta, by.selection)) ?? []);
  const skipped = units.length - tally.applied;
  return { tally, skipped, objects: Object.keys(expected.objects).length, verifyMs, indexMs, differences, recall };
};
