import { createHash } from 'node:crypto';
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import { boundOf } from '../../../activities/guard.ts';
import { kindOf } from '../../../activities/kind-of.ts';
import { putBackAll } from '../../../activities/put-back-carried.ts';
import { metaOf } from '../../../activities/set.ts';
import { urlOf } from '../../../activities/site.ts';
import type { World } from '../../../activities/world.ts';
import type { CheckRow } from '../../domain/checks.ts';
import type { RestoreSelection } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import { selectionKey } from '../../domain/filter.ts';
import type { Difference } from '../../domain/fingerprint.ts';
import type { PlaceSpec, RunId } from '../../domain/words.ts';
import type { Answer } from '../answer.ts';
import type { Act } from '../commands.ts';
import { confirm } from '../confirm.ts';
import { findPlace } from '../engine/find-place.ts';
import { findSet } from '../engine/find-set.ts';
import { knownTarget } from '../engine/known-target.ts';
import { openJob } from '../engine/open-job.ts';
import { openWorld } from '../engine/open-world.ts';
import { type Restored, restoreSet } from '../engine/restore-set.ts';
import { restoreSelectionOf } from '../engine/selection-of.ts';
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

const sayRecall = ({ state, says, expected, found }: CheckRow): string =>
  `${state === 'red' ? 'RED: ' : ''}${says}: ${found} (${expected})`;

/** What the person has to know of a selection, and said before anything is changed. */
interface About {
  run: RunId;
  set: string;
  place: PlaceSpec;
  /** Where the place is, and nothing of who goes there: servers may name it otherwise than the plan does. */
  where: string;
  notes: readonly string[];
  /** What became of the files and folders that the set carries. */
  carried: readonly string[];
  ms: number;
}

const answerOf = (done: Restored, { run, set, place, where, notes, carried, ms }: About): Answer => {
  const isEqual = done.differences.length === 0;
  const speed = `${prettyBytes(done.bytes)} in ${prettyMilliseconds(ms)}`;
  const again = done.skipped === 0 ? '' : `, ${done.skipped} units were there from before`;
  const verdict = isEqual
    ? `${done.objects} of ${done.objects} objects equal, every row read again in ${prettyMilliseconds(done.verifyMs)}`
    : `NOT equal, ${done.differences.length} differences:`;
  return {
    json: { run, set, target: place.target, place, where, notes, carried, isEqual, ms, ...done },
    text: [
      `restored ${set} into ${place.id} (${where}): ${done.rows} rows, ${speed}${again}`,
      verdict,
      ...done.differences.slice(0, mostNamed).map(sayDifference),
      ...done.recall.map(sayRecall),
      ...carried,
      ...notes.map((note) => `note: ${note}`),
    ].join('\n'),
    exit: isEqual && done.recall.every(({ state }) => state !== 'red') ? 0 : 1,
  };
};

/** A place that is made for this holds no tables that rows could go into. @throws DrError `bad-input` */
const refuseNowhere = (place: PlaceSpec, { parts }: RestoreSelection): void => {
  if (parts !== 'data' || place.provider === 'existing') return;
  throw new DrError(
    'bad-input',
    `rows alone go into tables that are there, and ${place.id} would be made empty`,
    'restore definitions and rows into it, or name a place that has the tables',
  );
};

/**
 * `dr restore <set> --to <place>`: says what the selection comes to before it changes anything, refuses a place that is not as
 * the selection needs it, and says yes only to equal data.
 */
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
  const selection = restoreSelectionOf(options);
  const notes = kindOf(world, listed.manifest.kind).explain(await metaOf(listed), selection);
  const run = typeof options.run === 'string' ? options.run : runOf(listed.digest, to, selectionKey(selection));
  const { site, says } = findPlace(to, { target, bound, set: listed, run });
  refuseNowhere(site.place, selection);
  for (const note of notes) session.say(note);
  await confirm(session, { says: 'This writes a backup set into a place:', target: target.id, place: says, set });

  const beganAt = performance.now();
  using running = startWork(session);
  await provide(world, run, site.place);
  const job = openJob(world, run, running.work);
  const done = await restoreSet(job, site, set, selection);
  const isWhole = selectionKey(selection) === '' && done.differences.length === 0;
  const along = isWhole ? await putBackAll(job, listed, site.place.role === 'scratch') : { done: [], findings: [] };
  const carried = [...new Set([...along.done, ...along.findings].map(({ says }) => says))];
  if (site.place.provider !== 'existing') await world.vault.places.close(run, site.place, 'handed-over');
  const where = world.secrets.scrub(await urlOf(world, site.place));
  return answerOf(done, {
    run,
    set,
    place: site.place,
    where,
    notes,
    carried,
    ms: Math.round(performance.now() - beganAt),
  });
};
