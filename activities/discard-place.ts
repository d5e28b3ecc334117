import { DrError } from '../src/domain/errors.ts';
import { boundOf, isSamePlace } from './guard.ts';
import { inspectSite } from './site.ts';
import { verb } from './verb.ts';

/**
 * Removes a place that this run made, with everything in it. Never a place in service, and never one with another
 * run's mark. Absent is fine.
 */
export const discardPlace = verb('discardPlace', async (job, { site }) => {
  const { world, order } = job;
  const provider = world.providers[site.place.provider];
  const bound = await boundOf(world, site.place.target);
  if (isSamePlace(bound.place, site.place)) {
    throw new DrError(
      'refused',
      `${site.place.id} is where ${site.place.target} is in service since ${bound.boundAt}`,
      'switch the target to another place first',
    );
  }
  if ((await provider.describe(site.place)) === 'ready') await inspectSite(job, site, 'fresh');
  await provider.discard(site.place);
  await world.vault.places.close(order.run, site.place, 'discarded');
  return { says: `${site.place.id} is gone` };
});
