import { verb } from './verb.ts';

/** Leases a set to this run: nothing may expire it before `until`. */
export const holdSet = verb('holdSet', async ({ world, order }, { target, set, until }) => {
  await world.vault.leases.hold(target, { set, run: order.run, until });
  return { says: `set ${set} is kept until ${until}`, set };
});
