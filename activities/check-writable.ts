import { DrError } from '../src/domain/errors.ts';
import { openSite, required } from './site.ts';
import { verb } from './verb.ts';

/** A write as an ordinary client was accepted just now. */
export const checkWritable = verb('checkWritable', async (job, { site }) => {
  await using open = await openSite(job, site);
  if (!(await required(open.place.can.fence, 'be fenced', site).isFenced())) {
    return { says: `a write at ${site.place.id} was accepted` };
  }
  throw new DrError(
    'not-proven',
    `${site.place.id} is fenced: expected an accepted write, found a refused one`,
    'retry the unfence',
  );
});
