import prettyBytes from 'pretty-bytes';
import { boundOf } from '../../../activities/guard.ts';
import { setIdOf } from '../../../activities/plan/pre-allocate.ts';
import { publishSet } from '../../../activities/publish-set.ts';
import type { Act } from '../commands.ts';
import { knownTarget } from '../engine/known-target.ts';
import { openJob } from '../engine/open-job.ts';
import { openWorld } from '../engine/open-world.ts';
import { selectionOf } from '../engine/selection-of.ts';
import { bytesOf, sayCarried, summarise } from '../engine/summarise.ts';
import { startWork } from '../session.ts';

/**
 * `dr snapshot <target>`: without a selection of its own it backs up what the estate says. A set of anything else is
 * never the latest: it has to be asked for by its id.
 */
export const snapshot: Act = async (session, [name = ''], options) => {
  const { backup, id: target } = knownTarget(await session.estate(), name);
  const world = await openWorld(session);
  const { place, epoch } = await boundOf(world, target);
  const at = world.now();
  const run = `snapshot/${target}/${at}`;
  session.say(`backing ${place.id} up into ${world.vault.says}`);

  using running = startWork(session);
  const typed = selectionOf(options);
  const reader = await publishSet(
    openJob(world, run, running.work),
    { place, epoch },
    setIdOf(run, at, target),
    typed ?? { only: backup.only, except: backup.except },
    typed === null ? {} : { isPartial: true },
  );
  const set = summarise(reader.manifest, reader.digest, bytesOf(reader.manifest));
  return {
    json: set,
    text: [
      `set ${set.set} of ${target}: ${set.objects} objects, ${set.rows} rows, ${prettyBytes(set.bytes)}`,
      ...set.carried.map((one) => `carried along: ${sayCarried(one)}`),
      ...set.leftOut.map((one) => `left out: ${one}`),
      `check it: dr verify ${set.set}`,
    ].join('\n'),
  };
};
