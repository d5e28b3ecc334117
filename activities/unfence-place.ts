import { openIfThere, required } from './site.ts';
import { verb } from './verb.ts';

/** Lets users write again. A place that is provably gone cannot be written to, and needs nothing. */
export const unfencePlace = verb('unfencePlace', async (job, { site }) => {
  await using open = await openIfThere(job, site);
  if (open === null) return { says: `${site.place.id} is gone: there is nothing to unfence` };
  await required(open.place.can.fence, 'be fenced', site).unfence();
  return { says: `${site.place.id} takes writes again` };
});
