import prettyBytes from 'pretty-bytes';
import { boundOf } from '../../../activities/guard.ts';
import { setIdOf } from '../../../activities/plan/pre-allocate.ts';
import { publishSet } from '../../../activities/publish-set.ts';
import type { Act } from '../commands.ts';
import { filterOf } from '../engine/filter-of.ts';
import { knownTarget } from '../engine/known-target.ts';
import { openJob } from '../engine/open-job.ts';
import { openWorld } from '../engine/open-world.ts';
import { bytesOf, summarise } from '../engine/summarise.ts';
import { startWork } from '../session.ts';

/** `dr snapshot <target>`: without a filter of its own it backs up what the estate says. */
export const snapshot: Act = async (session, [name = ''], options) => {
  const { backup, id: target } = knownTarget(await session.estate(), name);
  const world = await openWorld(session);
  const { place, epoch } = await boundOf(world, target);
  const at = world.now();
  const run = `snapshot/${target}/${at}`;
  session.say(`backing ${place.id} up into ${world.vault.says}`);

  using running = startWork(session);
  const filter = filterOf(options) ?? { only: backup.only, except: backup.except };
  const reader = await publishSet(
    openJob(world, run, running.work),
    { place, epoch },
    setIdOf(run, at, target),
    filter,
  );
  const set = summarise(reader.manifest, reader.digest, bytesOf(reader.manifest));
  return {
    json: set,
    text: [
      `set ${set.set} of ${target}: ${set.objects} objects, ${set.rows} rows, ${prettyBytes(set.bytes)}`,
      ...set.leftOut.map((one) => `left out: ${one}`),
      `check it: dr verify ${set.set}`,
    ].join('\n'),
  };
};
