import { DrError } from '../domain/errors.ts';
import type { TargetId } from '../domain/words.ts';
import type { Head } from './heads.ts';
import type { SetSummary } from './port.ts';

/** Every way in which the sets that are there are not all that were published. */
export const brokenLinks = (
  vault: string,
  target: TargetId,
  heads: readonly Head[],
  missingHead: number | null,
  sets: readonly SetSummary[],
): DrError[] => {
  const rolledBack = (says: string): DrError =>
    new DrError('rolled-back', `${vault}: ${says}`, 'someone removed or replaced it: compare with the second vault');
  const digests = new Map(sets.map((one) => [one.digest, one.manifest.set]));
  const problems: DrError[] = [];
  if (missingHead !== null) {
    problems.push(rolledBack(`record ${missingHead} of the published sets of ${target} is gone`));
  }
  for (const { set, sequence, digest } of heads) {
    if (digests.get(digest) === set) continue;
    problems.push(rolledBack(`set ${set} of ${target}, published as number ${sequence}, is gone or replaced`));
  }
  for (const { manifest } of sets) {
    if (manifest.previous === null || digests.has(manifest.previous)) continue;
    problems.push(rolledBack(`the set before ${manifest.set} of ${target} is gone`));
  }
  return problems;
};
