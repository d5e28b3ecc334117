import { openSet, writerOf } from './set.ts';
import { openSite } from './site.ts';
import { verb } from './verb.ts';

/** Drops the ledger: from here on the place holds nothing but data and its mark. */
export const endRestore = verb('endRestore', async (job, { site, set }) => {
  const reader = await openSet(job, site, set);
  await using open = await openSite(job, site);
  await open.place.end(writerOf(job, site, reader));
  return { says: `${site.place.id} holds nothing but its data` };
});
