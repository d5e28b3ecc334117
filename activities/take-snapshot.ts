import { randomUUID } from 'node:crypto';
import prettyBytes from 'pretty-bytes';
import { DrError, isDrError } from '../src/domain/errors.ts';
import type { Site } from '../src/domain/verbs.ts';
import type { SetReader } from '../src/vault/port.ts';
import { guardPlaces } from './guard.ts';
import { openSet } from './set.ts';
import { type OpenSite, openSite } from './site.ts';
import { type Found, type Job, verb } from './verb.ts';

/**
 * Backs a place up into one new set. Killed half-way it leaves chunks that no manifest names; the next attempt starts
 * again under the same id, and finds the set when it had been published.
 */
export const takeSnapshot = verb('takeSnapshot', async (job, { site, set }) => {
  const { world, order, work } = job;
  const published = await findPublished(job, site, set);
  if (published) return factOf(published);

  await guardPlaces(world, order, [site]);
  await using open = await openSite(job, site);
  guardPermissions(open, site);
  const mark = await identify(site, open);

  const startedAt = world.now();
  const { only = [], except = [] } = world.estate.targets[site.place.target]?.backup ?? {};
  const writer = await world.vault.write(site.place.target, set, work);
  const { consistency, meta, fingerprint, leftOut } = await open.place.snapshot(writer, { only, except });
  const reader = await writer.publish({
    kind: site.place.kind,
    consistency,
    place: { mark, epoch: site.epoch },
    fingerprint,
    meta,
    leftOut,
    versions: { ...world.versions, server: open.inspection.version },
    startedAt,
    by: order.run,
  });
  return factOf(reader);
});

const findPublished = (job: Job, site: Site, set: string): Promise<SetReader | null> =>
  openSet(job, site, set).catch((error: unknown) => {
    if (isDrError(error) && error.kind === 'unknown-name') return null;
    throw error;
  });

const guardPermissions = ({ inspection }: OpenSite, { place }: Site): void => {
  if (inspection.missingPermissions.length === 0) return;
  throw new DrError(
    'no-permission',
    `this login may not back up ${place.id}: ${inspection.missingPermissions.join('; ')}`,
    'grant what is missing, then retry the step',
  );
};

/** The id of the mark. The first backup of a place gives it one. */
const identify = async ({ place, epoch }: Site, open: OpenSite): Promise<string> => {
  if (open.inspection.mark !== null) return open.inspection.mark.id;
  const id = randomUUID();
  await open.place.stamp({ id, target: place.target, role: place.role, epoch });
  return id;
};

const factOf = ({ manifest, digest }: SetReader): Found => {
  const prints = Object.values(manifest.fingerprint.objects);
  const rows = prints.reduce((sum, print) => sum + print.rows, 0);
  const bytes = Object.values(manifest.streams).reduce((sum, stream) => sum + stream.bytes, 0);
  return {
    says: `set ${manifest.set} holds ${prints.length} objects, ${rows} rows, ${prettyBytes(bytes)}`,
    objects: prints.length,
    rows,
    bytes,
    digest,
    set: manifest.set,
    versions: manifest.versions,
    findings: manifest.leftOut.map((says) => ({ says, isFailure: false })),
  };
};
