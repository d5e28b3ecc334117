import type { Unit } from '../port.ts';
import { analyzedTogether, keyGroups } from './groups.ts';
import type { PostgresMeta } from './meta.ts';

/** A step of a unit is restored as a unit of its own, but is not one to anybody else. */
export const isStep = (id: string): boolean => /^finish\/(keys|statistics)\/\d+$/.test(id);

/**
 * Steps of units that are too large for one transaction and do not depend on each other: foreign keys are checked side by
 * side, and so are statistics taken. Null for units that are done in one.
 */
export const stepsOf = (unit: Unit, meta: PostgresMeta): Unit[] | null => {
  const { id } = unit;
  if (id === 'finish/keys') {
    return keyGroups(meta).map((group): Unit => {
      const [first] = group;
      const bytes = group.reduce((sum, entry) => sum + entry.bytes, 0);
      return { ...unit, id: `${id}/${first!.id}`, says: `check ${first!.schema}.${first!.tag}`, bytes };
    });
  }
  if (id === 'finish/statistics') {
    return analyzedTogether(meta).map((group): Unit => {
      const says = `analyze ${meta.tables[group[0]!]!.object}`;
      return { ...unit, id: `${id}/${group[0]}`, says, bytes: Math.ceil(unit.bytes / group.length) };
    });
  }
  return null;
};
