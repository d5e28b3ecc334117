import type { Effect } from '../src/domain/effects.ts';
import { DrError } from '../src/domain/errors.ts';
import type { Order, Site } from '../src/domain/verbs.ts';
import type { Binding, Mark, PlaceSpec, TargetId } from '../src/domain/words.ts';
import type { World } from './world.ts';

/** A worker with another estate file must not work: names would mean other places. @throws DrError `wrong-estate` */
export const guardEstate = (world: World, order: Order): void => {
  if (order.estate === world.estate.digest) return;
  throw new DrError(
    'wrong-estate',
    `this worker's estate "${world.estate.name}" is ${world.estate.digest.slice(0, 12)}, the plan was made from ${order.estate.slice(0, 12)}`,
    'give every worker the same estate file, or make a new plan',
  );
};

/** @throws DrError `refused` when the mode of the plan does not allow the effect */
export const guardMode = (order: Order, effect: Effect): void => {
  if (order.mode !== 'plan' || effect === 'reads') return;
  throw new DrError(
    'refused',
    `step ${order.step} would change something, and mode plan changes nothing`,
    'start the runbook in mode drill or live',
  );
};

/** Where a target is in service: the newest binding, or the estate's primary before the first switch. */
export const boundOf = async (world: World, target: TargetId): Promise<Binding> => {
  const known = world.estate.targets[target];
  if (known === undefined) {
    throw new DrError(
      'unknown-name',
      `no target "${target}" in the estate`,
      `legal: ${Object.keys(world.estate.targets).join(', ')}`,
    );
  }
  const current = await world.vault.bindings.current(target);
  return current ?? { target, epoch: 1, place: known.primary, boundAt: world.now(), by: 'estate' };
};

/** The same data by another name is still the same place. */
export const isSamePlace = (a: PlaceSpec, b: PlaceSpec): boolean => {
  if (a.id === b.id) return true;
  if (a.provider === 'existing') return b.provider === 'existing' && a.url === b.url;
  return b.provider === 'database' && a.server === b.server && a.database === b.database;
};

/**
 * May this order write at these places? A drill: scratch places that nothing binds. Live: under the epoch of the plan,
 * or under the one this run itself made.
 * @throws DrError `refused`, `stale-epoch`
 */
export const guardPlaces = async (world: World, order: Order, sites: readonly Site[]): Promise<void> => {
  for (const { place, epoch } of sites) {
    if (order.mode === 'drill') {
      await guardDrill(world, order, place);
      continue;
    }
    const bound = await boundOf(world, place.target);
    if (bound.epoch <= epoch || bound.by === order.run) continue;
    throw new DrError(
      'stale-epoch',
      `${place.target} is at epoch ${bound.epoch} since ${bound.by} switched it, and this plan is for epoch ${epoch}`,
      'abort this run and make a new plan',
    );
  }
};

const guardDrill = async (world: World, order: Order, place: PlaceSpec): Promise<void> => {
  if (place.role !== 'scratch') {
    throw new DrError(
      'refused',
      `step ${order.step} would change ${place.id}, and a drill changes scratch places only`,
      'start the runbook in mode live',
    );
  }
  for (const target of Object.keys(world.estate.targets)) {
    const bound = await boundOf(world, target);
    if (!isSamePlace(bound.place, place)) continue;
    throw new DrError(
      'refused',
      `${place.id} is where ${target} is in service, and a drill never touches such a place`,
      'give the target a scratch server of its own',
    );
  }
};

/**
 * Is the place the one the plan means? Its mark must name the target and the role; a place made for a run must bear
 * that run's mark, unless a switch has bound it since. A place that existed before us may have no mark yet.
 * @throws DrError `wrong-mark`
 */
export const guardMark = (order: Order, { place }: Site, mark: Mark | null, isBound: boolean): void => {
  const isOurs = place.role !== 'scratch' && (place.provider === 'existing' || isBound);
  if (mark === null && isOurs) return;
  const expected = `the mark of ${place.target}, ${place.role}${isOurs ? '' : `, run ${order.run}`}`;
  const found = mark === null ? 'none' : `${mark.target}, ${mark.role}${mark.run ? `, run ${mark.run}` : ''}`;
  const isRight = mark?.target === place.target && mark.role === place.role && (isOurs || mark.run === order.run);
  if (isRight) return;
  throw new DrError(
    'wrong-mark',
    `${place.id} is not the place the plan means: expected ${expected}; found ${found}`,
    'check where its connection string leads; nothing was changed',
  );
};
