import { effects, placesChanged } from '../src/domain/effects.ts';
import type { Call, Fact, Order, VerbName, Verbs } from '../src/domain/verbs.ts';
import type { Work } from '../src/stores/port.ts';
import { startBeat } from './beat.ts';
import { toFailure } from './failure.ts';
import { guardEstate, guardMode, guardPlaces } from './guard.ts';
import type { World } from './world.ts';

/** What the body of a verb works with. */
export interface Job {
  world: World;
  order: Order;
  work: Work;
}

/** A fact without its times: those are taken around every verb alike. */
export type Found = Omit<Fact, 'beganAt' | 'endedAt'>;

type InputOf<V extends VerbName> = Parameters<Verbs[V]>[1];

/**
 * Runs a body as an activity: beats by clock, hands cancellation on, and lets no error out that holds a secret. After a
 * cancellation it throws what Temporal cancelled it with, whatever the body made of it.
 */
export const perform = async <T>(world: World, says: string, body: (work: Work) => Promise<T>): Promise<T> => {
  using beat = startBeat(says, world.parallel);
  try {
    return await body(beat.work);
  } catch (error) {
    if (beat.work.signal.aborted) throw beat.work.signal.reason;
    throw toFailure(error, world.secrets);
  }
};

/** A verb as an activity: the guards of its effect come first, then its body. */
export const verb =
  <V extends VerbName>(name: V, body: (job: Job, input: InputOf<V>) => Promise<Found>) =>
  (world: World) =>
  (order: Order, input: InputOf<V>): Promise<Fact> =>
    perform(world, order.step, async (work) => {
      const beganAt = world.now();
      guardEstate(world, order);
      guardMode(order, effects[name]);
      const changed = placesChanged({ verb: name, with: input } as Call);
      await guardPlaces(
        world,
        order,
        changed.map((place) => ({ place, epoch: epochOf(input) })),
      );
      const found = world.secrets.scrubAll(await body({ world, order, work }, input));
      return { ...found, beganAt, endedAt: world.now() };
    });

const epochOf = (input: InputOf<VerbName>): number =>
  'site' in input ? input.site.epoch : 'epoch' in input ? input.epoch : 0;
