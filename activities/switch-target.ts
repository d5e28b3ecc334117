import { randomUUID } from 'node:crypto';
import { DrError } from '../src/domain/errors.ts';
import type { PlaceSpec } from '../src/domain/words.ts';
import { boundOf, isSamePlace } from './guard.ts';
import { type OpenSite, openSite, urlOf } from './site.ts';
import { verb } from './verb.ts';

/**
 * Points everything that leads users to a place at another one, then binds it under the next epoch. Killed half-way some
 * switches show the new place and the binding the old one: the next attempt finishes, and the undo takes both back.
 */
export const switchTarget = verb('switchTarget', async (job, { target, from, to, epoch }) => {
  const { world, order } = job;
  const next = epoch + 1;
  const bound = await boundOf(world, target);
  const isDone = bound.epoch === next && isSamePlace(bound.place, to) && bound.by === order.run;
  if (!isDone && (bound.epoch !== epoch || !isSamePlace(bound.place, from))) {
    throw new DrError(
      'stale-epoch',
      `${target} is not where the plan left it: expected ${from.id} at epoch ${epoch}, found ${bound.place.id} at epoch ${bound.epoch}`,
      'abort this run and make a new plan',
    );
  }

  await using open = await openSite(job, { place: to, epoch: next });
  await raiseMark(open, to, next);
  const switches = world.estate.targets[target]?.switches.map(world.openSwitch) ?? [];
  const [expected, wanted] = [await urlOf(world, from), await urlOf(world, to)];
  for (const one of switches) await one.set(expected, wanted);
  const at = world.now();
  if (!isDone) await world.vault.bindings.bind({ target, epoch: next, place: to, boundAt: at, by: order.run });
  await world.vault.places.close(order.run, to, 'handed-over');
  return {
    says: `${target} is in service at ${to.id}, epoch ${next}; moved: ${switches.map((one) => one.says).join(', ') || 'nothing but the binding'}`,
    stamps: { switched: { at: isDone ? bound.boundAt : at, source: 'history' } },
  };
});

/** The place may be written under the new epoch from now on. */
const raiseMark = async ({ place, inspection: { mark } }: OpenSite, to: PlaceSpec, epoch: number): Promise<void> => {
  if (mark?.epoch === epoch) return;
  await place.stamp(mark ? { ...mark, epoch } : { id: randomUUID(), target: to.target, role: to.role, epoch });
};
