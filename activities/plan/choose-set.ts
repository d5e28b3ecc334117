import { DrError } from '../../src/domain/errors.ts';
import type { RunInput } from '../../src/domain/plan.ts';
import type { Consistency, Instant, TargetId } from '../../src/domain/words.ts';
import { printName, suggest } from '../../src/estate/names.ts';
import type { Vault } from '../../src/vault/port.ts';

type Listed = Awaited<ReturnType<Vault['sets']>>[number];

/** From when on everything in the set can be there: the end of what a fuzzy set shows. */
const shownAt = (consistency: Consistency): Instant =>
  consistency.kind === 'point-in-time' ? consistency.at : consistency.to;

/**
 * The set a run is about: the one named; else the newest at or before `at`, never after it; else the newest. Null when
 * there is none.
 * @throws DrError `unknown-name` for an id that no set of the target has
 */
export const chooseSet = (target: TargetId, sets: readonly Listed[], { set, at }: RunInput): Listed | null => {
  const byTime = sets.toSorted((a, b) => Date.parse(momentOf(a)) - Date.parse(momentOf(b)));
  if (set === 'latest') {
    return byTime.filter((one) => at === undefined || Date.parse(momentOf(one)) <= Date.parse(at)).at(-1) ?? null;
  }
  const found = sets.find((one) => one.manifest.set === set);
  if (found !== undefined) return found;
  const ids = byTime.map((one) => one.manifest.set);
  throw new DrError(
    'unknown-name',
    `no set ${printName(set)} of ${target} in the vault${suggest(set, ids)}`,
    ids.length === 0 ? 'take a backup first' : `legal: latest, ${ids.slice(-5).reverse().join(', ')}`,
  );
};

const momentOf = ({ manifest }: Listed): Instant => shownAt(manifest.consistency);
