import prettyMilliseconds from 'pretty-ms';
import { boundOf } from '../../../activities/guard.ts';
import { newestSet } from '../../../activities/plan/choose-set.ts';
import { openSite } from '../../../activities/site.ts';
import type { World } from '../../../activities/world.ts';
import { describeError, isDrError } from '../../domain/errors.ts';
import type { Estate, Target } from '../../estate/estate.ts';
import type { DoctorFinding } from '../../local/estate/doctor.ts';
import type { Work } from '../../stores/port.ts';
import { openJob } from './open-job.ts';
import { isLookRun } from './sweep-scratch.ts';

/** Clocks that differ by more make times of backups and canaries worth little. */
const mostSkewMs = 5000;

const finding = (name: string, says: string, hint: string | null = null, isFailure = false): DoctorFinding => ({
  name,
  says,
  hint,
  isFailure,
});

export const failed = (name: string, error: unknown): DoctorFinding =>
  isDrError(error)
    ? finding(name, error.message, error.hint, true)
    : finding(name, describeError(error), 'look at what the message names', true);

const checkVault = async ({ vault }: World): Promise<DoctorFinding> => {
  try {
    await vault.checkWritable();
    return finding('vault', `${vault.says} takes and gives back what is written`);
  } catch (error) {
    return failed('vault', error);
  }
};

const checkPlace = async (world: World, target: Target, work: Work): Promise<DoctorFinding[]> => {
  const name = `target ${target.id}`;
  try {
    const site = await boundOf(world, target.id);
    await using open = await openSite(openJob(world, 'doctor', work), site);
    const { version, skewMs, missingPermissions } = open.inspection;
    const hint = 'let both machines take their time from the same source';
    return [
      finding(name, `${site.place.id} answers: ${version}, epoch ${site.epoch}`),
      ...missingPermissions.map((one) => finding(name, one, 'grant it, then run dr doctor again', true)),
      ...(Math.abs(skewMs) > mostSkewMs
        ? [finding(name, `its clock and ours differ by ${prettyMilliseconds(Math.abs(skewMs))}`, hint)]
        : []),
    ];
  } catch (error) {
    return [failed(name, error)];
  }
};

const checkSets = async ({ vault }: World, { id, objective }: Target): Promise<DoctorFinding> => {
  const name = `backups of ${id}`;
  try {
    const newest = newestSet(await vault.sets(id));
    const take = `dr snapshot ${id}`;
    if (newest === null) return finding(name, 'there is no set: nothing could be recovered', take, true);
    const { consistency, set } = newest.manifest;
    const at = consistency.kind === 'point-in-time' ? consistency.at : consistency.from;
    const ageMs = Math.max(0, Date.now() - Date.parse(at));
    const says = `newest set ${set} is ${prettyMilliseconds(ageMs, { compact: true })} old`;
    const isLate = objective.rpoSeconds !== null && ageMs > objective.rpoSeconds * 1000;
    return isLate ? finding(name, `${says}: older than the RPO`, take, true) : finding(name, says);
  } catch (error) {
    return failed(name, error);
  }
};

const checkLeftovers = async ({ vault }: World): Promise<DoctorFinding[]> => {
  try {
    const left = await vault.places.leftovers();
    return left.map(({ run, place }) =>
      finding(
        'leftover',
        `${place.id}, made by run ${run}, is still there`,
        isLookRun(run)
          ? 'the next dr export, peek or diff removes it, unless one is at work there now'
          : `see dr status ${run}; a run in progress is no leftover`,
      ),
    );
  } catch (error) {
    return [failed('leftovers', error)];
  }
};

/** Looks at everything an estate names, and changes nothing but a probe object in the vault. Never throws. */
export const checkEstate = async (world: World, estate: Estate, work: Work): Promise<DoctorFinding[]> => {
  const targets = Object.values(estate.targets);
  const found = await Promise.all([
    checkVault(world),
    ...targets.map((target) => checkPlace(world, target, work)),
    ...targets.map((target) => checkSets(world, target)),
    checkLeftovers(world),
  ]);
  const advice = estate.warnings.map((says) => finding('estate', says, 'see docs/estate.md'));
  return [finding('estate', `${estate.name}, ${targets.length} targets`), ...advice, ...found.flat()];
};
