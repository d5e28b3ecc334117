import { randomUUID } from 'node:crypto';
import { openSite } from './site.ts';
import { verb } from './verb.ts';

/**
 * Registers, makes and marks a place. Killed between two of these it leaves a registered place, without a mark at most:
 * the next attempt goes on from there, and `discardPlace` removes it.
 */
export const providePlace = verb('providePlace', async (job, { site }) => {
  const { world, order } = job;
  const { id, target, role, provider } = site.place;
  await world.vault.places.register(order.run, site.place);
  await world.providers[provider].provide(site.place);

  await using open = await openSite(job, site, 'fresh');
  const { mark, version } = open.inspection;
  if (mark === null) await open.place.stamp({ id: randomUUID(), target, role, epoch: site.epoch, run: order.run });
  return { says: `${id} is there and marked for this run`, versions: { server: version } };
});
