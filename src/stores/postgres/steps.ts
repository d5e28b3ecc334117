import { analyzedTogether, keyGroups } from './groups.ts';
import type { PostgresMeta } from './meta.ts';
import { isAllIn } from './selection.ts';
import type { PostgresUnit } from './units.ts';

/** A step of a unit is restored as a unit of its own, but is not one to anybody else. */
export const isStep = (id: string): boolean => /^finish\/(keys|statistics)\/\d+$/.test(id);

/**
 * Steps of units that are too large for one transaction and do not depend on each other: foreign keys are checked side by
 * side, and so are statistics taken. Null for units that are done in one.
 */
export const stepsOf = (unit: PostgresUnit, meta: PostgresMeta): PostgresUnit[] | null => {
  const { id, only, stage } = unit;
  const selected = only === undefined ? undefined : new Set(only);
  if (id === 'finish/keys') {
    return keyGroups(meta).flatMap((group): PostgresUnit[] => {
      const wanted = group.filter(({ needs }) => selected === undefined || isAllIn(needs, selected));
      const [first] = wanted;
      if (first === undefined) return [];
      const bytes = wanted.reduce((sum, entry) => sum + entry.bytes, 0);
      return [{ ...unit, id: `${id}/${group[0]!.id}`, says: `check ${first.schema}.${first.tag}`, bytes }];
    });
  }
  if (id === 'finish/statistics') {
    return analyzedTogether(meta).flatMap((group): PostgresUnit[] => {
      const [first] = group.filter((position) => selected?.has(position) ?? true);
      if (first === undefined) return [];
      const says = `analyze ${meta.tables[first]!.object}`;
      return [{ ...unit, stage, id: `${id}/${group[0]}`, says, bytes: Math.ceil(unit.bytes / group.length) }];
    });
  }
  return null;
};
