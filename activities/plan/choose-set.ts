import { DrError, isDrError } from '../../src/domain/errors.ts';
import { shownAt } from '../../src/domain/shown-at.ts';
import type { Instant, SetId, TargetId } from '../../src/domain/words.ts';
import { printName, suggest } from '../../src/estate/names.ts';
import type { SetReader, SetSummary, Vault } from '../../src/vault/port.ts';

const mostNamed = 5;

/** Sets at or before `at`, never after it, the newest first; without `at` all of them. */
export const setsUpTo = (sets: readonly SetSummary[], at?: Instant): SetSummary[] =>
  sets
    .filter(({ manifest }) => manifest.selection === undefined)
    .toSorted((a, b) => Date.parse(momentOf(a)) - Date.parse(momentOf(b)))
    .filter((one) => at === undefined || Date.parse(momentOf(one)) <= Date.parse(at))
    .toReversed();

/**
 * The newest set at or before `at`, never after it; without `at` the newest. Null when there is none. A set of a selection
 * somebody asked for does not count: it would bring back less than was lost.
 */
export const newestSet = (sets: readonly SetSummary[], at?: Instant): SetSummary | null =>
  setsUpTo(sets, at)[0] ?? null;

/** The one before that set. Null when there is none, or no such set. */
export const setBefore = (sets: readonly SetSummary[], set: SetId): SetId | null => {
  const ids = setsUpTo(sets).map(({ manifest }) => manifest.set);
  return ids.includes(set) ? (ids[ids.indexOf(set) + 1] ?? null) : null;
};

const momentOf = ({ manifest }: SetSummary): Instant => shownAt(manifest.consistency);

/** A mistyped id need not look like one. */
const isNotThere = (error: unknown): boolean => isDrError(error) && ['unknown-name', 'bad-input'].includes(error.kind);

/**
 * The set of that id, whichever of the targets it is of. It is opened by itself: damage to other sets is not in its way.
 * @throws DrError `unknown-name` when no target has it, else what kept the vault from looking
 */
export const openNamed = async (
  vault: Vault,
  targets: readonly TargetId[],
  set: SetId,
  work: Parameters<Vault['open']>[2],
): Promise<SetReader> => {
  const tried = await Promise.allSettled(targets.map((target) => vault.open(target, set, work)));
  for (const one of tried) if (one.status === 'fulfilled') return one.value;
  for (const { reason } of tried.filter((one) => one.status === 'rejected')) if (!isNotThere(reason)) throw reason;
  const known = await Promise.all(targets.map((target) => vault.sets(target).catch(() => [])));
  const ids = known
    .flat()
    .map((one) => one.manifest.set)
    .sort();
  throw new DrError(
    'unknown-name',
    `no set ${printName(set)} of ${targets.join(', ')} in ${vault.says}${suggest(set, ids)}`,
    ids.length === 0
      ? `take one: dr snapshot ${targets[0] ?? '<target>'}`
      : `legal: latest, ${ids.slice(-mostNamed).reverse().join(', ')}`,
  );
};
