import { verb } from './verb.ts';

/** Gives the lease of this run back. Releasing what is not held is fine. */
export const releaseSet = verb('releaseSet', async ({ world, order }, { target, set }) => {
  await world.vault.leases.release(target, set, order.run);
  return { says: `set ${set} is no longer kept for this run`, set };
});
