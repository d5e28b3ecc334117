import { DrError } from '../src/domain/errors.ts';
import type { Site } from '../src/domain/verbs.ts';
import type { Inspection, Kind, Place } from '../src/stores/port.ts';
import { boundOf, guardMark, isSamePlace } from './guard.ts';
import type { Job } from './verb.ts';

export interface OpenSite extends AsyncDisposable {
  place: Place<unknown>;
  kind: Kind<unknown>;
  /** As it was when the place was opened. */
  inspection: Inspection;
  isBound: boolean;
}

/**
 * Opens a place and proves by its mark that it is the one the plan means. `fresh` also takes a place made for this run
 * that was not marked yet, `former` one of the target that another run made.
 * @throws DrError `wrong-mark`, and what providers and stores throw when a place cannot be opened
 */
export const openSite = async (job: Job, site: Site, also?: 'fresh' | 'former'): Promise<OpenSite> => {
  const { world, order, work } = job;
  const kind = world.kinds[site.place.kind];
  const url = world.secrets.remember(await world.providers[site.place.provider].url(site.place));
  const isBound = isSamePlace((await boundOf(world, site.place.target)).place, site.place);
  const place = await kind.open(url, work);
  try {
    const inspection = await place.inspect();
    if (inspection.mark !== null || also !== 'fresh')
      guardMark(order, site, inspection.mark, isBound || also === 'former');
    return { place, kind, inspection, isBound, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
};

/** The same for who only needs to know that it is that place. */
export const inspectSite = async (job: Job, site: Site, also?: 'fresh' | 'former'): Promise<Inspection> => {
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
