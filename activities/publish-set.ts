import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Carried, Selection, Sink } from '../src/domain/data.ts';
import { DrError } from '../src/domain/errors.ts';
import type { Site } from '../src/domain/verbs.ts';
import type { SetReader } from '../src/vault/port.ts';
import { carry } from './carried/pack.ts';
import { type OpenSite, openSite } from './site.ts';
import type { Job } from './verb.ts';

/**
 * Backs a place up into one new set. Killed half-way it leaves chunks that no manifest names, and nothing else.
 * A partial set says what it was asked to hold: it is never taken for the latest.
 * @throws DrError `no-permission`, and what `Place.snapshot` and `SetWriter.publish` throw
 */
export const publishSet = async (
  job: Job,
  site: Site,
  set: string,
  selection: Selection,
  { isPartial = false }: { isPartial?: boolean } = {},
): Promise<SetReader> => {
  const { world, order, work } = job;
  await using open = await openSite(job, site);
  const { missingPermissions, version } = open.inspection;
  if (missingPermissions.length > 0) {
    throw new DrError(
      'no-permission',
      `this login may not back up ${site.place.id}: ${missingPermissions.join('; ')}`,
      'grant what is missing, then back up again',
    );
  }
  const mark = await identify(site, open);
  const startedAt = world.now();
  const writer = await world.vault.write(site.place.target, set, work);
  const { consistency, meta, fingerprint, leftOut } = await open.place.snapshot(writer, selection);
  const along = isPartial ? { carried: [], leftOut: [] } : await carryAlong(job, site, writer);
  return writer.publish({
    kind: site.place.kind,
    consistency,
    place: { mark, epoch: site.epoch },
    fingerprint,
    meta,
    leftOut: [...leftOut, ...along.leftOut],
    ...(along.carried.length === 0 ? {} : { carried: along.carried }),
    ...(isPartial ? { selection } : {}),
    versions: { ...world.versions, server: version },
    startedAt,
    by: order.run,
  });
};

/** Files and folders of this machine that the estate wants with every set of the target. */
const carryAlong = async ({ world, work }: Job, { place }: Site, to: Sink) => {
  const { estate } = world;
  const carried: Carried[] = [];
  const leftOut: string[] = [];
  for (const [n, name] of (estate.targets[place.target]?.backup.carry ?? []).entries()) {
    work.signal.throwIfAborted();
    work.beat({ says: `taking ${name} along`, bytes: 0, totalBytes: null });
    const one = await carry(to, n, { name, at: resolve(estate.folder, name) });
    if (one.carried !== null) carried.push(one.carried);
    leftOut.push(...one.leftOut);
  }
  return { carried, leftOut };
};

/** The id of the mark. The first backup of a place gives it one. */
const identify = async ({ place, epoch }: Site, open: OpenSite): Promise<string> => {
  if (open.inspection.mark !== null) return open.inspection.mark.id;
  const id = randomUUID();
  await open.place.stamp({ id, target: place.target, role: place.role, epoch });
  return id;
};
