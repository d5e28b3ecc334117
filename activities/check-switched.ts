import { DrError } from '../src/domain/errors.ts';
import { boundOf, isSamePlace } from './guard.ts';
import { urlOf } from './site.ts';
import { verb } from './verb.ts';

/** Everything that leads users to the target shows `to`, and so does the binding in force. */
export const checkSwitched = verb('checkSwitched', async ({ world }, { target, to, epoch }) => {
  const bound = await boundOf(world, target);
  if (bound.epoch !== epoch || !isSamePlace(bound.place, to)) {
    throw new DrError(
      'not-proven',
      `${target} is not bound as expected: expected ${to.id} at epoch ${epoch}, found ${bound.place.id} at epoch ${bound.epoch}`,
      'another run may have switched it: look at who holds the lock of the place',
    );
  }
  const wanted = await urlOf(world, to);
  for (const one of world.estate.targets[target]?.switches.map(world.openSwitch) ?? []) {
    if (await one.leadsTo(wanted)) continue;
    throw new DrError(
      'not-proven',
      `${one.says} does not lead to ${to.id}`,
      'see who changed it since, then retry the switch',
    );
  }
  return { says: `users of ${target} are led to ${to.id}, epoch ${epoch}` };
});
