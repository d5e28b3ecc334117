import { metaOf, openSet, writerOf } from './set.ts';
import { openSite } from './site.ts';
import { verb } from './verb.ts';

/** Refuses a place that is not empty, makes the ledger and writes the epoch. Again for the same run is fine. */
export const beginRestore = verb('beginRestore', async (job, { site, set }) => {
  const reader = await openSet(job, site, set);
  const meta = await metaOf(reader);
  await using open = await openSite(job, site);
  await open.place.begin(writerOf(job, site, reader), meta);
  return {
    says: `${site.place.id} is empty and ready for set ${set}`,
    digest: reader.digest,
    set,
    versions: { server: open.inspection.version },
  };
});
