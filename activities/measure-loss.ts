import type { Fingerprint } from '../src/domain/fingerprint.ts';
import { claimLoss, judgeLoss, type Loss, proveLoss } from '../src/domain/loss.ts';
import type { Site } from '../src/domain/verbs.ts';
import type { Consistency, Instant } from '../src/domain/words.ts';
import { openSet } from './set.ts';
import { openSite } from './site.ts';
import { type Job, verb } from './verb.ts';

/**
 * What was really lost: claimed by times, proven by canaries, and counted in rows where the old place can still be
 * read. What cannot be measured is null, and the fact says why.
 */
export const measureLoss = verb('measureLoss', async (job, { target, site, set, old }) => {
  const { world } = job;
  const { manifest } = await openSet(job, site, set);
  const ledger = await world.vault.canaries.ledger(target);
  const present = await presentIn(job, site);
  const proven = present === null ? null : proveLoss(ledger, present);
  const claimedSeconds = claimLoss(restoredTo(manifest.consistency), proven?.lastAcknowledged.at ?? null);
  const objectiveSeconds = world.estate.targets[target]?.objective.rpoSeconds ?? null;
  const rows = old === undefined ? null : await rowsBeyond(job, old, manifest.fingerprint);
  const verdict = judgeLoss(claimedSeconds, proven, objectiveSeconds);
  const loss: Loss = { claimedSeconds, proven, rows, objectiveSeconds, verdict };
  return { says: sentence(target, loss, present), loss, set };
});

/** Null where the kind of store has no canaries. */
const presentIn = async (job: Job, site: Site): Promise<number[] | null> => {
  await using open = await openSite(job, site);
  return (await open.place.can.canary?.present()) ?? null;
};

/** The earliest instant a set may show: a fuzzy set claims no more than where it began. */
const restoredTo = (consistency: Consistency): Instant =>
  consistency.kind === 'point-in-time' ? consistency.at : consistency.from;

/** Rows the old place holds beyond the set; null when it is gone. */
const rowsBeyond = async (job: Job, old: Site, kept: Fingerprint): Promise<number | null> => {
  if ((await job.world.providers[old.place.provider].describe(old.place)) === 'absent') return null;
  await using open = await openSite(job, old, 'former');
  const { objects } = await open.place.fingerprint({});
  return Object.entries(objects).reduce(
    (sum, [name, { rows }]) => sum + Math.max(0, rows - (kept.objects[name]?.rows ?? 0)),
    0,
  );
};

const sentence = (target: string, { proven, claimedSeconds, rows, verdict }: Loss, present: unknown): string => {
  if (present === null) return `loss of ${target} is not measured: its kind of store has no canaries`;
  if (proven === null) return `loss of ${target} is not measured: no canary was ever acknowledged`;
  const counted = rows === null ? '' : `, ${rows} rows`;
  return `loss of ${target}: ${proven.seconds} s and ${proven.missing} canaries proven, ${claimedSeconds} s claimed${counted}; objective ${verdict}`;
};
