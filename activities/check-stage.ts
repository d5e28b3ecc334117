import { DrError } from '../src/domain/errors.ts';
import { metaOf, openSet, unitsOf, writerOf } from './set.ts';
import { openSite } from './site.ts';
import { verb } from './verb.ts';

const mostNamed = 10;

/** Every unit of the stage is in the ledger. */
export const checkStage = verb('checkStage', async (job, { site, set, stage }) => {
  const reader = await openSet(job, site, set);
  const meta = await metaOf(reader);
  await using open = await openSite(job, site);

  const units = unitsOf(open.kind, meta, stage);
  const ledger = await open.place.ledger(writerOf(job, site, reader));
  const absent = units.filter((unit) => !ledger.has(unit.id));
  if (absent.length === 0)
    return { says: `${stage}: all ${units.length} units are in the ledger`, objects: units.length };
  throw new DrError(
    'not-proven',
    `${stage} of ${site.place.id} is not complete: expected ${units.length} units, found ${units.length - absent.length}; absent: ${absent
      .slice(0, mostNamed)
      .map((unit) => unit.says)
      .join(', ')}`,
    'retry the step: units already applied are skipped',
  );
});
