import { isDrError } from '../src/domain/errors.ts';
import type { Fingerprint } from '../src/domain/fingerprint.ts';
import { claimLoss, judgeLoss, type Loss, type ProvenLoss, proveLoss } from '../src/domain/loss.ts';
import type { Site } from '../src/domain/verbs.ts';
import type { Consistency, Instant } from '../src/domain/words.ts';
import { openSet } from './set.ts';
import { openIfThere, openSite } from './site.ts';
import { type Job, verb } from './verb.ts';

/** Numbers named in a fact: one is a miss already. */
const mostNumbers = 100;

/**
 * What was really lost: claimed by times, proven by canaries, and counted in rows where the old place can still be
 * read. What cannot be measured is null, and the fact says why.
 */
export const measureLoss = verb('measureLoss', async (job, { target, site, set, old }) => {
  const { world } = job;
  const { manifest } = await openSet(job, site, set);
  // The ledger first: what users write meanwhile is then only in the place, and is no loss.
  const ledger = await world.vault.canaries.ledger(target);
  const present = await presentIn(job, site);
  const shows = shownBetween(manifest.consistency);
  const inService = await world.vault.bindings.at(target, site.epoch - 1);
  const proven = present && cut(proveLoss(ledger, present, { shows, since: inService?.boundAt ?? null }));
  const claimedSeconds = claimLoss(shows.from, proven?.lastAcknowledged.at ?? null);
  const objectiveSeconds = world.estate.targets[target]?.objective.rpoSeconds ?? null;
  const counted = old === undefined ? { rows: null } : await rowsBeyond(job, old, manifest.fingerprint);
  const verdict = judgeLoss(claimedSeconds, proven, objectiveSeconds);
  const loss: Loss = { claimedSeconds, proven, rows: counted.rows, objectiveSeconds, verdict };
  const findings = counted.why === undefined ? [] : [{ says: counted.why, isFailure: false }];
  return { says: sentence(target, loss, present), loss, set, findings };
});

const shownBetween = (consistency: Consistency): { from: Instant; to: Instant } =>
  consistency.kind === 'point-in-time' ? { from: consistency.at, to: consistency.at } : consistency;

const cut = (proven: ProvenLoss | null): ProvenLoss | null =>
  proven && { ...proven, holes: proven.holes.slice(0, mostNumbers), unknown: proven.unknown.slice(0, mostNumbers) };

/** Null where the kind of store has no canaries. */
const presentIn = async (job: Job, site: Site): Promise<readonly number[] | null> => {
  await using open = await openSite(job, site);
  return (await open.place.can.canary?.present()) ?? null;
};

/** Rows the old place holds beyond the set; null, and why, where it cannot be read: that is what disasters are like. */
const rowsBeyond = async (job: Job, old: Site, kept: Fingerprint): Promise<{ rows: number | null; why?: string }> => {
  const why = (because: string) => ({ rows: null, why: `rows lost with ${old.place.id} are not counted: ${because}` });
  try {
    await using open = await openIfThere(job, old, 'former');
    if (open === null) return why('it is gone');
    const { objects } = await open.place.fingerprint({});
    const beyond = Object.entries(objects).map(([name, { rows }]) => rows - (kept.objects[name]?.rows ?? 0));
    return { rows: beyond.reduce((sum, more) => sum + Math.max(0, more), 0) };
  } catch (error) {
    if (!isDrError(error) || job.work.signal.aborted) throw error;
    return why(error.message);
  }
};

const sentence = (target: string, { proven, claimedSeconds, rows, verdict }: Loss, present: unknown): string => {
  if (present === null) return `loss of ${target} is not measured: its kind of store has no canaries`;
  if (proven === null) return `loss of ${target} is not measured: no canary was ever acknowledged`;
  const counted = rows === null ? '' : `, ${rows} rows`;
  return `loss of ${target}: ${proven.seconds} s and ${proven.missing} canaries proven, ${claimedSeconds} s claimed${counted}; objective ${verdict}`;
};
