import type { Unit } from '../../port.ts';
import type { PostgresMeta } from '../meta.ts';
import { analyzedTogether, keyGroups, mostLocked, runsOf } from './groups.ts';

/** A step of a unit is restored as a unit of its own, but is not one to anybody else. */
export const isStep = (id: string): boolean => /^(schema|finish\/(structure|sequences|keys|statistics))\/\d+$/.test(id);

/** Steps of these follow each other; those of others can be done side by side. */
export const isInOrder = (id: string): boolean => id === 'schema' || id === 'finish/structure';

/**
 * Steps of units that are too large for one transaction: foreign keys are checked side by side, so are statistics taken, and of
 * thousands of objects some are made at a time. Null for units that are done in one.
 */
export const stepsOf = (unit: Unit, meta: PostgresMeta): Unit[] | null => {
  const { id } = unit;
  if (isInOrder(id)) {
    const runs = runsOf(meta, id === 'schema' ? 'schema' : 'structure');
    if (runs.length < 2) return null;
    return runs.map(([first]): Unit => {
      const says = `${unit.says}, from ${first!.kind.toLowerCase()} ${first!.tag} on`;
      return { ...unit, id: `${id}/${first!.id}`, says, bytes: Math.ceil(unit.bytes / runs.length) };
    });
  }
  if (id === 'finish/sequences') {
    const runs = Math.ceil(meta.sequences.length / mostLocked);
    if (runs < 2) return null;
    return Array.from({ length: runs }, (_, n) => ({ ...unit, id: `${id}/${n}`, bytes: mostLocked }));
  }
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
