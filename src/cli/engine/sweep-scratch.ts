import { openIfThere } from '../../../activities/site.ts';
import type { World } from '../../../activities/world.ts';
import { describeError } from '../../domain/errors.ts';
import type { Instant, PlaceSpec, RunId, TargetId } from '../../domain/words.ts';
import type { Work } from '../../stores/port.ts';
import { openJob } from './open-job.ts';

/** Between a place is registered and somebody is connected to it. */
const youngMs = 15_000;

/** Names the run of a command that looks into sets, and says when it began. */
export const lookRun = (purpose: string, target: TargetId, at: Instant, unique: string): RunId =>
  `${purpose}/${target}/${at}/${unique}`;

/** Was the place made by a command that looks into sets? Nobody goes on with such a run. */
export const isLookRun = (run: RunId): boolean => /^(export|peek|diff)\/[^/]+\/[^/]+\/[0-9a-f]{6}$/.test(run);

const ageOf = (run: RunId, now: Instant): number => Date.parse(now) - Date.parse(run.split('/')[2]!);

/** Whoever made it and still lives is connected to it. */
const isUsed = async (world: World, work: Work, run: RunId, place: PlaceSpec): Promise<boolean> => {
  await using open = await openIfThere(openJob(world, run, work), { place, epoch: 0 }, 'fresh');
  return open !== null && (await open.place.can.look?.others()) !== 0;
};

/**
 * Removes scratch places of a target that commands which were killed left behind. One that somebody is connected to, or that
 * is younger than a few seconds, is left alone. What cannot be removed is said, and stays registered.
 */
export const sweepScratch = async (
  world: World,
  work: Work,
  target: TargetId,
  say: (text: string) => void,
): Promise<void> => {
  for (const { run, place } of await world.vault.places.leftovers()) {
    if (!isLookRun(run) || place.target !== target || place.role !== 'scratch') continue;
    if (ageOf(run, world.now()) < youngMs) continue;
    try {
      if (await isUsed(world, work, run, place)) continue;
      await world.providers[place.provider].discard(place);
      await world.vault.places.close(run, place, 'discarded');
      say(`removed ${place.id}, which ${run} had left behind`);
    } catch (error) {
      say(`could not remove ${place.id}, which ${run} has left behind: ${describeError(error)}`);
    }
  }
};
