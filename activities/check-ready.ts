import prettyBytes from 'pretty-bytes';
import { DrError } from '../src/domain/errors.ts';
import type { Finding, Site } from '../src/domain/verbs.ts';
import type { Inspection } from '../src/stores/port.ts';
import type { SetReader } from '../src/vault/port.ts';
import { kindOf } from './kind-of.ts';
import { openSite } from './site.ts';
import { type Job, verb } from './verb.ts';

/** Beyond this, times of the store and of the run cannot be compared without saying so. */
const mostSkewMs = 2_000;

/** Is everything there that the steps to come need? Changes nothing but a probe object in the vault. */
export const checkReady = verb('checkReady', async (job, { target, sites, set }) => {
  const { world, work } = job;
  await world.vault.checkWritable();
  const reader = set === undefined ? null : await world.vault.open(target, set, work);
  const says = [`vault ${world.vault.says} is writable`];
  const findings: Finding[] = [];
  for (const site of sites) {
    const seen = await look(job, site);
    if (reader) guardVersion(site, seen, reader);
    if (reader) findings.push(...guardSpace(site, seen, reader));
    findings.push(...skewOf(site, seen));
    says.push(`${site.place.id} is ready on ${seen.version}`);
  }
  return { says: says.join('; '), findings, ...(set === undefined ? {} : { set }) };
});

/** The place itself; or, where it is still to be made, the server on which it will be. */
const look = async (job: Job, site: Site): Promise<Inspection> => {
  const { world, work } = job;
  const { place } = site;
  const { database } = world.providers;
  if (place.provider === 'database' && (await database.describe(place)) === 'absent') {
    const url = world.secrets.remember(
      (await database.beforeUrl?.(place)) ?? (await world.secrets.resolve(place.server)),
    );
    await using server = await kindOf(world, place.kind).open(url, work);
    return await server.inspect();
  }
  await using open = await openSite(job, site);
  if (open.inspection.missingPermissions.length === 0) return open.inspection;
  throw new DrError(
    'no-permission',
    `this login may not do what is needed at ${place.id}: ${open.inspection.missingPermissions.join('; ')}`,
    'grant what is missing',
  );
};

const majorOf = (version: string): number => Number(/\d+/.exec(version)?.[0] ?? 0);

const guardVersion = ({ place }: Site, { version }: Inspection, { manifest }: SetReader): void => {
  const source = manifest.versions.server ?? '';
  if (majorOf(version) >= majorOf(source)) return;
  throw new DrError(
    'too-old',
    `the server of ${place.id} is too old for set ${manifest.set}: expected at least ${source}, found ${version}`,
    'name a newer server in the estate file',
  );
};

/** Once the size of the set has to fit; less than twice is worth saying, because indexes need room to be built. */
const guardSpace = ({ place }: Site, { freeBytes }: Inspection, { manifest }: SetReader): Finding[] => {
  const bytes = Object.values(manifest.streams).reduce((sum, stream) => sum + stream.bytes, 0);
  if (freeBytes === null || freeBytes >= 2 * bytes) return [];
  const found = `${place.id} has ${prettyBytes(freeBytes)} free and set ${manifest.set} is ${prettyBytes(bytes)}`;
  if (freeBytes >= bytes) return [{ says: `${found}: expected twice its size`, isFailure: false }];
  throw new DrError('no-space', `${found}: expected at least its size`, 'free or add space, then retry the step');
};

const skewOf = ({ place }: Site, { skewMs }: Inspection): Finding[] =>
  Math.abs(skewMs) <= mostSkewMs
    ? []
    : [{ says: `our clock is ${skewMs} ms ahead of the one of ${place.id}`, isFailure: false }];
