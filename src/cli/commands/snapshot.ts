import prettyBytes from 'pretty-bytes';
import { boundOf } from '../../../activities/guard.ts';
import { setIdOf } from '../../../activities/plan/pre-allocate.ts';
import { publishSet } from '../../../activities/publish-set.ts';
import { storedBytesOf } from '../../../activities/set.ts';
import type { World } from '../../../activities/world.ts';
import type { Selection } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import type { Target } from '../../estate/estate.ts';
import type { Work } from '../../stores/port.ts';
import type { Act, Options } from '../commands.ts';
import { knownTarget } from '../engine/known-target.ts';
import { openJob } from '../engine/open-job.ts';
import { openWorld } from '../engine/open-world.ts';
import { selectionOf } from '../engine/selection-of.ts';
import { snapshotAll, type Taken } from '../engine/snapshot-all.ts';
import { bytesOf, sayCarried, summarise } from '../engine/summarise.ts';
import { startWork } from '../session.ts';

const refuseMore = (name: string, options: Options): void => {
  if (name === '' && selectionOf(options) === null) return;
  throw new DrError(
    'bad-input',
    'snapshot --all backs every target up as the estate says, and a target or a selection was given beside it',
    'leave --all away, or everything else',
  );
};

/** Backs a target up into one new set: what was typed, or else what the estate says. */
const take = async (world: World, work: Work, target: Target, typed: Selection | null): Promise<Taken> => {
  const { place, epoch } = await boundOf(world, target.id);
  const at = world.now();
  const run = `snapshot/${target.id}/${at}`;
  const reader = await publishSet(
    openJob(world, run, work),
    { place, epoch },
    setIdOf(run, at, target.id),
    typed ?? { only: target.backup.only, except: target.backup.except },
    typed === null ? {} : { isPartial: true },
  );
  const set = summarise(reader.manifest, reader.digest, bytesOf(reader.manifest));
  return { set, storedBytes: storedBytesOf(reader.manifest) };
};

/**
 * `dr snapshot <target>`: without a selection of its own it backs up what the estate says. A set of anything else is
 * never the latest: it has to be asked for by its id. With `--all` every target.
 */
export const snapshot: Act = async (session, [name = ''], options) => {
  const estate = await session.estate();
  if (options.all === true) refuseMore(name, options);
  const only = options.all === true ? null : knownTarget(estate, name);
  const world = await openWorld(session);
  const what = only === null ? 'every target' : (await boundOf(world, only.id)).place.id;
  session.say(`backing ${what} up into ${world.vault.says}`);

  using running = startWork(session);
  if (only === null) return await snapshotAll(estate, (id) => take(world, running.work, knownTarget(estate, id), null));
  const { set } = await take(world, running.work, only, selectionOf(options));
  return {
    json: set,
    text: [
      `set ${set.set} of ${set.target}: ${set.objects} objects, ${set.rows} rows, ${prettyBytes(set.bytes)}`,
      ...set.carried.map((one) => `carried along: ${sayCarried(one)}`),
      ...set.leftOut.map((one) => `left out: ${one}`),
      `check it: dr verify ${set.set}`,
    ].join('\n'),
  };
};
