import type { Job } from '../../../activities/verb.ts';
import type { World } from '../../../activities/world.ts';
import type { RunId } from '../../domain/words.ts';
import type { Work } from '../../stores/port.ts';

/** No plan stands behind a command: its digest is that of nothing. */
const noPlan = '0'.repeat(64);

/** What the verbs of a run work with, for a command that works without Temporal. */
export const openJob = (world: World, run: RunId, work: Work): Job => ({
  world,
  work,
  order: { run, step: 'command-line', mode: 'live', plan: noPlan, estate: world.estate.digest },
});
