import { randomUUID } from 'node:crypto';
import { metaOf, openSet, writerOf } from '../../../activities/set.ts';
import { type OpenSite, openSite } from '../../../activities/site.ts';
import type { Job } from '../../../activities/verb.ts';
import type { RestoreSelection } from '../../domain/data.ts';
import type { Site } from '../../domain/verbs.ts';
import type { SetId } from '../../domain/words.ts';
import type { Writer } from '../../stores/port.ts';
import { type Filled, fillPlace } from './fill-place.ts';
import { hush } from './hush.ts';

export interface Restored extends Omit<Filled, 'tally'> {
  applied: number;
  rows: number;
  bytes: number;
}

/**
 * Restores a set into an open place with the same units, ledger and proof as a run through Temporal. Killed at any moment
 * it leaves a ledger: the same run goes on from there. The ledger is dropped only once the place is proven equal.
 */
export const restoreSet = async (job: Job, site: Site, set: SetId, selection: RestoreSelection): Promise<Restored> => {
  const reader = await openSet(job, site, set);
  const meta = await metaOf(reader);
  const { work, quietly } = hush(job.work);
  await using open = await openSite({ ...job, work }, site, 'fresh');
  const by: Writer = { ...writerOf(job, site, reader), selection };
  await open.place.begin(by, meta);
  await identify(job, site, open);

  const { tally, ...filled } = await fillPlace(job, { open, reader, meta, by }, quietly);
  if (filled.differences.length === 0) await open.place.end(by);
  const { applied, rows, bytes } = tally;
  return { applied, rows, bytes, ...filled };
};

/** A place that has no mark yet is one that nothing was ever written to by us: from here on it is known. */
const identify = async ({ order }: Job, { place, epoch }: Site, open: OpenSite): Promise<void> => {
  if (open.inspection.mark !== null) return;
  await open.place.stamp({ id: randomUUID(), target: place.target, role: place.role, epoch, run: order.run });
};
