import { DrError } from '../src/domain/errors.ts';
import { verb } from './verb.ts';

/** The place is gone, and the register of places says so too. */
export const checkDiscarded = verb('checkDiscarded', async ({ world, order }, { site }) => {
  const state = await world.providers[site.place.provider].describe(site.place);
  const leftovers = await world.vault.places.leftovers(order.run);
  const isListed = leftovers.some(({ place }) => place.id === site.place.id);
  if (state === 'absent' && !isListed) return { says: `${site.place.id} is gone` };
  throw new DrError(
    'not-proven',
    `${site.place.id} is not discarded: expected absent, found ${state}${isListed ? ' and still registered' : ''}`,
    'retry the discard, or remove the place by hand',
  );
});
