import { boundOf } from '../../../activities/guard.ts';
import type { World } from '../../../activities/world.ts';
import { DrError } from '../../domain/errors.ts';
import type { Site } from '../../domain/verbs.ts';
import type { RunId } from '../../domain/words.ts';
import type { Target } from '../../estate/estate.ts';
import { printName, suggest } from '../../estate/names.ts';
import { knownTarget } from './known-target.ts';
import { referencedPlace } from './referenced-place.ts';

/** A place that exists, and the run whose mark it bears where a run made it. */
export interface Found {
  site: Site;
  run: RunId | null;
}

/**
 * The place a person means: a target stands for its place in service; `<target>/primary`, or the id of a place that a run
 * made and has not discarded. `at` is `env:NAME` or `file:/path` of the connection string of another copy of the target.
 * @throws DrError `unknown-name`, `bad-input`
 */
export const findOpenPlace = async (world: World, name: string, at?: string): Promise<Found> => {
  const target = knownTarget(world.estate, name.split('/')[0] ?? name);
  const bound = await boundOf(world, target.id);
  if (at !== undefined) return { site: copyAt(at, target, bound.epoch), run: null };
  if (name === target.id || name === bound.place.id) {
    return { site: { place: bound.place, epoch: bound.epoch }, run: null };
  }
  if (name === target.primary.id) return { site: { place: target.primary, epoch: bound.epoch }, run: null };
  const made = (await world.vault.places.leftovers()).filter(({ place }) => place.target === target.id);
  const found = made.find(({ place }) => place.id === name);
  if (found !== undefined) return { site: { place: found.place, epoch: bound.epoch }, run: found.run };
  const legal = [...new Set([target.id, bound.place.id, target.primary.id, ...made.map(({ place }) => place.id)])];
  throw new DrError('unknown-name', `no place ${printName(name)}${suggest(name, legal)}`, `legal: ${legal.join(', ')}`);
};

const copyAt = (at: string, target: Target, epoch: number): Site => {
  const place = referencedPlace(at, target);
  if (place !== null) return { place, epoch };
  throw new DrError(
    'bad-input',
    `expected a reference to a connection string, found ${at.includes('://') ? 'a connection string' : printName(at)}`,
    'put the connection string into a variable or a file and give env:NAME or file:/path',
  );
};
