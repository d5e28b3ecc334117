import { markdownTable } from 'markdown-table';
import { boundOf } from '../../../activities/guard.ts';
import { openSite } from '../../../activities/site.ts';
import type { Act } from '../commands.ts';
import { filterOf } from '../engine/filter-of.ts';
import { knownTarget } from '../engine/known-target.ts';
import { openJob } from '../engine/open-job.ts';
import { openWorld } from '../engine/open-world.ts';
import { startWork } from '../session.ts';

/** `dr fingerprint <target>`: what the place in service holds, in one consistent view. Changes nothing. */
export const fingerprint: Act = async (session, [name = ''], options) => {
  const { id: target } = knownTarget(await session.estate(), name);
  const world = await openWorld(session);
  const site = await boundOf(world, target);
  using running = startWork(session);
  const job = openJob(world, `fingerprint/${target}`, running.work);
  await using open = await openSite(job, site);
  const { algorithm, objects } = await open.place.fingerprint(filterOf(options) ?? {});

  const rows = Object.entries(objects).map(([object, print]) => [object, String(print.rows), print.sum]);
  return {
    json: { target, place: site.place.id, epoch: site.epoch, algorithm, objects },
    text: `${site.place.id}, ${algorithm}\n${markdownTable([['object', 'rows', 'sum'], ...rows], { align: ['l', 'r', 'l'] })}`,
  };
};
