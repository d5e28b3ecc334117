import type { TargetId } from '../domain/words.ts';
import type { Target } from './estate.ts';

/** Other targets whose rows the rows of this one name, as its checks say. */
export const referencesOf = ({ id, checks }: Pick<Target, 'id' | 'checks'>): readonly TargetId[] => {
  const named = checks.flatMap((check) => (check.kind === 'orphans' ? (check.parentTarget ?? []) : []));
  return [...new Set(named)].filter((other) => other !== id).sort();
};
