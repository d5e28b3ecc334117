import { randomBytes, randomUUID } from 'node:crypto';
import { boundOf } from '../../../activities/guard.ts';
import { placeOf } from '../../../activities/plan/pre-allocate.ts';
import { metaOf, writerOf } from '../../../activities/set.ts';
import { type OpenSite, openSite } from '../../../activities/site.ts';
import type { Job } from '../../../activities/verb.ts';
import type { World } from '../../../activities/world.ts';
import type { RestoreSelection } from '../../domain/data.ts';
import { DrError, describeError } from '../../domain/errors.ts';
import type { PlaceSpec, RunId } from '../../domain/words.ts';
import type { PlaceLook } from '../../stores/look.ts';
import type { Work, Writer } from '../../stores/port.ts';
import type { SetReader } from '../../vault/port.ts';
import type { Session } from '../session.ts';
import { type HushedWork, hush } from './hush.ts';
import { knownTarget } from './known-target.ts';
import { openJob } from './open-job.ts';
import { lookRun, sweepScratch } from './sweep-scratch.ts';

/** A place made for one command, and the set it looks into. */
export interface Scratch {
  job: Job;
  open: OpenSite;
  look: PlaceLook<unknown>;
  reader: SetReader;
  meta: unknown;
  by: Writer;
  /** Keeps what the place says of one unit off the screen while `body` says how far the whole is. */
  quietly: HushedWork['quietly'];
}

interface About {
  purpose: 'export' | 'peek' | 'diff';
  set: SetReader;
  selection: RestoreSelection;
}

const withoutServer = '; or, without any server, get files for psql and pg_restore by bin/restore-kit.mjs';

const specOf = (world: World, { set, purpose }: About, run: RunId): PlaceSpec => {
  const target = knownTarget(world.estate, set.manifest.target);
  const place = placeOf(target, 'scratch', { run, at: world.now() });
  if (place !== null) return place;
  throw new DrError(
    'bad-input',
    `this needs a scratch server, and the estate names none for ${target.id}`,
    `add targets.${target.id}.scratchServer: env:NAME to the estate file${purpose === 'export' ? withoutServer : ''}`,
  );
};

/** Opens the place, marks it as this run's, and begins. */
const enter = async <T>(
  job: Job,
  place: PlaceSpec,
  { set, selection }: About,
  body: (scratch: Scratch) => Promise<T>,
): Promise<T> => {
  const { world, work, order } = job;
  const { target, role, kind } = place;
  const bound = await boundOf(world, target);
  const site = { place, epoch: bound.epoch + 1 };
  const reader = await world.vault.open(target, set.manifest.set, work);
  const meta = await metaOf(reader);
  const { work: hushed, quietly } = hush(work);
  await using open = await openSite({ ...job, work: hushed }, site, 'fresh');
  const { look } = open.place.can;
  if (look === undefined) throw noLook(kind);
  const by = { ...writerOf(job, site, reader), selection };
  await open.place.begin(by, meta);
  await open.place.stamp({ id: randomUUID(), target, role, epoch: site.epoch, run: order.run });
  return await body({ job, open, look, reader, meta, by, quietly });
};

/** What a kind of store that cannot be looked into answers. */
export const noLook = (kind: string): DrError =>
  new DrError(
    'not-supported',
    `sets of ${kind} stores can only be restored`,
    'restore it: dr restore <set> --to scratch',
  );

/**
 * Lends a database on the scratch server of the set's target where its restore has begun, and removes it, whatever becomes of
 * the body; Ctrl-C does not stop that. It is registered before it is made: killed, it is left over, `dr doctor` names it, and
 * the next command of this sort removes it.
 * @throws DrError `bad-input` (no scratch server), what `begin` and providers throw
 */
export const inScratch = async <T>(
  session: Session,
  world: World,
  work: Work,
  about: About,
  body: (scratch: Scratch) => Promise<T>,
): Promise<T> => {
  const { target } = about.set.manifest;
  const run = lookRun(about.purpose, target, world.now(), randomBytes(3).toString('hex'));
  const place = specOf(world, about, run);
  await sweepScratch(world, work, target, session.say);
  const job = openJob(world, run, work);
  const provider = world.providers[place.provider];
  await world.vault.places.register(run, place);
  try {
    await provider.provide(place);
    return await enter(job, place, about, body);
  } finally {
    try {
      await provider.discard(place);
      await world.vault.places.close(run, place, 'discarded');
    } catch (error) {
      session.say(`could not remove ${place.id}, the next such command tries again: ${describeError(error)}`);
    }
  }
};
