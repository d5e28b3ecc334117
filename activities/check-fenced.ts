import { DrError } from '../src/domain/errors.ts';
import { openIfThere, required } from './site.ts';
import { verb } from './verb.ts';

/** A write was refused just now, or the place is provably gone. */
export const checkFenced = verb('checkFenced', async (job, { site }) => {
  await using open = await openIfThere(job, site);
  if (open === null) return { says: `${site.place.id} is gone: nothing can write there` };
  if (await required(open.place.can.fence, 'be fenced', site).isFenced()) {
    return { says: `a write at ${site.place.id} was refused` };
  }
  throw new DrError(
    'not-proven',
    `${site.place.id} is not fenced: expected a refused write, found an accepted one`,
    'retry the fence; if someone unfenced it by hand, find out why first',
  );
});
