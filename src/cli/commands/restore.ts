import { createHash } from 'node:crypto';
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import { boundOf } from '../../../activities/guard.ts';
import type { World } from '../../../activities/world.ts';
import { DrError } from '../../domain/errors.ts';
import type { Difference } from '../../domain/fingerprint.ts';
import type { PlaceSpec, RunId } from '../../domain/words.ts';
import type { Answer } from '../answer.ts';
import type { Act } from '../commands.ts';
import { confirm } from '../confirm.ts';
import { filterOf } from '../engine/filter-of.ts';
import { findPlace } from '../engine/find-place.ts';
import { findSet } from '../engine/find-set.ts';
import { knownTarget } from '../engine/known-target.ts';
import { openJob } from '../engine/open-job.ts';
import { openWorld } from '../engine/open-world.ts';
import { type Restored, restoreSet } from '../engine/restore-set.ts';
import { startWork } from '../session.ts';

const mostNamed = 20;

/** The same set to the same place is the same run: it goes on where it stopped. */
const runOf = (...parts: readonly string[]): RunId =>
  `restore/${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12)}`;

/** Made places are registered before they are made, so that a killed restore leaves nothing nobody knows of. */
const provide = async ({ vault, providers }: World, run: RunId, place: PlaceSpec): Promise<void> => {
  if (place.provider === 'existing') return;
  await vault.places.register(run, place);
  await providers[place.provider].provide(place);
};

const sayDifference = ({ object, what, expected, found }: Difference): string =>
  `  ${object} (${what}): expected ${expected}, found ${found}`;

const answerOf = (done: Restored, about: { run: RunId; set: string; place: PlaceSpec; ms: number }): Answer => {
  const { run, set, place, ms } = about;
  const isEqual = done.differences.length === 0;
  const speed = `${prettyBytes(done.bytes)} in ${prettyMilliseconds(ms)}`;
  const where =
    place.provider === 'database' ? `${place.id} (database ${place.database} on ${place.server})` : place.id;
  const again = done.skipped === 0 ? '' : `, ${done.skipped} units were there from before`;
  const verdict = isEqual
    ? `${done.objects} of ${done.objects} objects equal, every row read again in ${prettyMilliseconds(done.verifyMs)}`
    : `NOT equal, ${done.differences.length} differences:`;
  return {
    json: { run, set, target: place.target, place, isEqual, ms, ...done },
    text: [
      `restored ${set} into ${where}: ${done.rows} rows, ${speed}${again}`,
      verdict,
      ...done.differences.slice(0, mostNamed).map(sayDifference),
    ].join('\n'),
    exit: isEqual ? 0 : 1,
  };
};

/** `dr restore <set> --to <place>`: refuses a place that is not empty, and says yes only to equal data. */
export const restore: Act = async (session, [name = ''], options) => {
  const to = typeof options.to === 'string' ? options.to : '';
  if (to === '') {
    throw new DrError(
      'bad-input',
      'restore needs a place: --to is missing',
      'give --to primary, beside, scratch, or env:NAME or file:/path of a connection string',
    );
  }
  const world = await openWorld(session);
  const listed = await findSet(world, name);
  const { set } = listed.manifest;
  const target = knownTarget(world.estate, listed.manifest.target);
  const bound = await boundOf(world, target.id);
  const filter = filterOf(options) ?? {};
  const run = typeof options.run === 'string' ? options.run : runOf(listed.digest, to, JSON.stringify(filter));
  const { site, says } = findPlace(to, { target, bound, set: listed, run });
  await confirm(session, { says: 'This writes a backup set into a place:', target: target.id, place: says, set });

  const beganAt = performance.now();
  using running = startWork(session);
  await provide(world, run, site.place);
  const done = await restoreSet(openJob(world, run, running.work), site, set, filter);
  if (site.place.provider !== 'existing') await world.vault.places.close(run, site.place, 'handed-over');
  return answerOf(done, { run, set, place: site.place, ms: Math.round(performance.now() - beganAt) });
};
