import { DrError, isDrError } from '../src/domain/errors.ts';
import type { Site } from '../src/domain/verbs.ts';
import type { PlaceSpec } from '../src/domain/words.ts';
import type { Inspection, Kind, Place } from '../src/stores/port.ts';
import { boundOf, guardMark, isSamePlace } from './guard.ts';
import { kindOf } from './kind-of.ts';
import type { Job } from './verb.ts';
import type { World } from './world.ts';

export interface OpenSite extends AsyncDisposable {
  place: Place<unknown>;
  kind: Kind<unknown>;
  /** As it was when the place was opened. */
  inspection: Inspection;
  isBound: boolean;
}

/** Marks taken beside the expected one: none yet on a place made for this run, or that of the run which made it. */
type Also = 'fresh' | 'former';

/** The connection string of a place. A secret: it is scrubbed from everything that leaves the process. */
export const urlOf = async (world: World, place: PlaceSpec): Promise<string> =>
  world.secrets.remember(await world.providers[place.provider].url(place));

/**
 * Opens a place and proves by its mark that it is the one the plan means.
 * @throws DrError `wrong-mark`, and what providers and stores throw when a place cannot be opened
 */
export const openSite = async (job: Job, site: Site, also?: Also): Promise<OpenSite> => {
  const url = await urlOf(job.world, site.place);
  return prove(job, site, await kindOf(job.world, site.place.kind).open(url, job.work), also);
};

/** Null when the place is provably gone: its server answers, and says that there is no such place. */
export const openIfThere = async (job: Job, site: Site, also?: Also): Promise<OpenSite | null> => {
  const { world, work } = job;
  if ((await world.providers[site.place.provider].describe(site.place)) === 'absent') return null;
  const url = await urlOf(world, site.place);
  const place = await kindOf(world, site.place.kind)
    .open(url, work)
    .catch((error: unknown) => {
      if (isDrError(error) && error.kind === 'missing') return null;
      throw error;
    });
  return place && prove(job, site, place, also);
};

const prove = async (
  job: Job,
  site: Site,
  place: Place<unknown> & AsyncDisposable,
  also: Also | undefined,
): Promise<OpenSite> => {
  const { world, order } = job;
  try {
    const inspection = await place.inspect();
    const isBound = isSamePlace((await boundOf(world, site.place.target)).place, site.place);
    if (inspection.mark !== null || also !== 'fresh') {
      guardMark(order, site, inspection.mark, isBound || also === 'former');
    }
    const kind = kindOf(world, site.place.kind);
    return { place, kind, inspection, isBound, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
};

/** The same for who only needs to know that it is that place. */
export const inspectSite = async (job: Job, site: Site, also?: Also): Promise<Inspection> => {
  await using open = await openSite(job, site, also);
  return open.inspection;
};

/** @throws DrError `not-supported`, naming what the kind of store cannot do */
export const required = <T>(capability: T | undefined, what: string, site: Site): T => {
  if (capability !== undefined) return capability;
  throw new DrError(
    'not-supported',
    `${site.place.kind} places cannot ${what}: ${site.place.id}`,
    'leave this step out of the runbook, or keep the target in a store that can',
  );
};
