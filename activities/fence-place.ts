import { openIfThere, required } from './site.ts';
import { verb } from './verb.ts';

/** Stops writes at a place for everyone but the product. A place that is provably gone needs no fence. */
export const fencePlace = verb('fencePlace', async (job, { site }) => {
  await using open = await openIfThere(job, site);
  if (open === null) return { says: `${site.place.id} is gone: nothing can write there` };
  await required(open.place.can.fence, 'be fenced', site).fence();
  return { says: `${site.place.id} takes no more writes` };
});
