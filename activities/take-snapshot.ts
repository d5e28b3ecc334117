import prettyBytes from 'pretty-bytes';
import { isDrError } from '../src/domain/errors.ts';
import type { Site } from '../src/domain/verbs.ts';
import type { SetReader } from '../src/vault/port.ts';
import { guardPlaces } from './guard.ts';
import { publishSet } from './publish-set.ts';
import { openSet, storedBytesOf } from './set.ts';
import { type Found, type Job, verb } from './verb.ts';

/**
 * Backs a place up into one new set. Killed half-way it leaves chunks that no manifest names; the next attempt starts
 * again under the same id, and finds the set when it had been published.
 */
export const takeSnapshot = verb('takeSnapshot', async (job, { site, set }) => {
  const { world, order } = job;
  const published = await findPublished(job, site, set);
  if (published) return factOf(published);
  await guardPlaces(world, order, [site]);
  const { only = [], except = [] } = world.estate.targets[site.place.target]?.backup ?? {};
  return factOf(await publishSet(job, site, set, { only, except }));
});

const findPublished = (job: Job, site: Site, set: string): Promise<SetReader | null> =>
  openSet(job, site, set).catch((error: unknown) => {
    if (isDrError(error) && error.kind === 'unknown-name') return null;
    throw error;
  });

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
    shows: manifest.consistency,
    storedBytes: storedBytesOf(manifest),
    versions: manifest.versions,
    findings: manifest.leftOut.map((says) => ({ says, isFailure: false })),
  };
};
