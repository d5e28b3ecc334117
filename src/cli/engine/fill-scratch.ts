import { applyEach, tallyOf } from '../../../activities/apply-each.ts';
import { parallelOf } from '../../domain/batches.ts';
import { DrError } from '../../domain/errors.ts';
import { compareFingerprints } from '../../domain/fingerprint.ts';
import { stages } from '../../domain/words.ts';
import type { Scratch } from './scratch.ts';

/** Restores what is selected, and proves it. @throws DrError `not-equal` */
export const fillScratch = async ({ job, open, reader, meta, by, quietly }: Scratch): Promise<void> => {
  const units = new Map(stages.map((stage) => [stage, [...open.kind.units(meta, stage, by.selection)]]));
  const tally = tallyOf([...units.values()].flat());
  await quietly(async () => {
    for (const [stage, those] of units) {
      await applyEach(job, { open, reader, meta, by }, those, parallelOf(stage, job.work.parallel), tally);
    }
  });
  job.work.beat({ says: 'comparing with the set, every row', bytes: 0, totalBytes: null });
  const { expected, found } = await open.place.prove(by, meta, reader.manifest.fingerprint);
  const differences = compareFingerprints(expected, found);
  if (differences.length === 0) return;
  const named = differences.slice(0, 5).map(({ object, what }) => `${object} (${what})`);
  throw new DrError(
    'not-equal',
    `what was restored does not equal the set in ${differences.length} objects: ${named.join(', ')}`,
    'nothing was exported; look at the scratch server, or export another set',
  );
};
