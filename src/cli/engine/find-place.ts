import { placeOf } from '../../../activities/plan/pre-allocate.ts';
import { DrError } from '../../domain/errors.ts';
import type { Site } from '../../domain/verbs.ts';
import type { Binding, RunId } from '../../domain/words.ts';
import type { Target } from '../../estate/estate.ts';
import { printName, suggest } from '../../estate/names.ts';
import type { SetReader } from '../../vault/port.ts';
import { referencedPlace } from './referenced-place.ts';

/** Where a restore goes, and what a person has to know of it first. */
export interface Destination {
  site: Site;
  says: string;
}

const names = ['primary', 'beside', 'scratch'] as const;

const legal = `legal: ${names.join(', ')}, env:NAME or file:/path of a connection string`;

/**
 * The place a person means by `--to`. Made places get their name from the run and the set alone, so that a second call finds
 * what the first one made. A connection string itself is refused: it would stay in the history of the shell.
 * @throws DrError `unknown-name`, `bad-input`
 */
export const findPlace = (
  to: string,
  about: { target: Target; bound: Binding; set: SetReader; run: RunId },
): Destination => {
  const { target, bound, set, run } = about;
  const epoch = bound.epoch + 1;
  const name = to.startsWith(`${target.id}/`) ? to.slice(target.id.length + 1) : to;
  if (name === 'primary') {
    const inService = bound.place.id === target.primary.id ? ', which is IN SERVICE' : '';
    const says = `${target.primary.id}, as the estate names it${inService}`;
    return { site: { place: target.primary, epoch: bound.epoch }, says };
  }
  if (name === 'beside' || name === 'scratch') {
    const place = placeOf(target, name, { run, at: set.manifest.finishedAt });
    if (place !== null) return { site: { place, epoch }, says: `${place.id}, made for this restore` };
    throw new DrError(
      'bad-input',
      `the estate names no server for a ${name} place of ${target.id}`,
      `add targets.${target.id}.${name}Server: env:NAME to the estate file`,
    );
  }
  const referenced = referencedPlace(to, target);
  if (referenced !== null) return { site: { place: referenced, epoch }, says: to };
  if (to.includes('://')) {
    throw new DrError(
      'bad-input',
      'a connection string stands on the command line, where the shell and other users can read it',
      'put it into a variable or a file and give env:NAME or file:/path',
    );
  }
  throw new DrError('unknown-name', `no place ${printName(to)} of ${target.id}${suggest(to, names)}`, legal);
};
