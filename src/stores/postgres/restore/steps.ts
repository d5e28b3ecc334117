import type { RestoreSelection } from '../../../domain/data.ts';
import type { Unit } from '../../port.ts';
import type { PostgresMeta } from '../meta.ts';
import { analyzedTogether, keyGroups, mostLocked, runsOf, withHeirs } from './groups.ts';

/** A step of a unit is restored as a unit of its own, but is not one to anybody else. */
export const isStep = (id: string): boolean => /^(schema|finish\/(structure|sequences|keys|statistics))\/\d+$/.test(id);

/** A part of a unit, and the tables it locks against others of its kind, by position. */
export interface Step {
  unit: Unit;
  locks: ReadonlySet<number>;
}

const none: ReadonlySet<number> = new Set();

/** Objects that follow each other, some at a time: each run locks what the one before made. */
const inRuns = (unit: Unit, meta: PostgresMeta): Step[] => {
  const runs = runsOf(meta, unit.id === 'schema' ? 'schema' : 'structure');
  return runs.map(([first]) => {
    const says = `${unit.says}, from ${first!.kind.toLowerCase()} ${first!.tag} on`;
    const id = `${unit.id}/${first!.id}`;
    return { unit: { ...unit, id, says, bytes: Math.ceil(unit.bytes / runs.length) }, locks: none };
  });
};

const ofSequences = (unit: Unit, { sequences }: PostgresMeta): Step[] =>
  Array.from({ length: Math.ceil(sequences.length / mostLocked) }, (_, n) => ({
    unit: { ...unit, id: `${unit.id}/${n}`, bytes: mostLocked },
    locks: none,
  }));

const ofKeys = (unit: Unit, meta: PostgresMeta): Step[] =>
  keyGroups(meta).map((group) => {
    const [first] = group;
    const bytes = group.reduce((sum, entry) => sum + entry.bytes, 0);
    const says = `check ${first!.schema}.${first!.tag}`;
    const locks = withHeirs(
      meta,
      group.flatMap(({ needs }) => needs),
    );
    return { unit: { ...unit, id: `finish/keys/${first!.id}`, says, bytes }, locks };
  });

const ofStatistics = (unit: Unit, meta: PostgresMeta): Step[] =>
  analyzedTogether(meta).map((group) => {
    const says = `analyze ${meta.tables[group[0]!]!.object}`;
    const bytes = Math.ceil(unit.bytes / group.length);
    return { unit: { ...unit, id: `finish/statistics/${group[0]}`, says, bytes }, locks: withHeirs(meta, group) };
  });

/** Steps of these follow each other; those of others can be done side by side. */
export const isInOrder = (id: string): boolean => id === 'schema' || id === 'finish/structure';

/**
 * Steps of units that are too large for one transaction: foreign keys are checked side by side, statistics of tables that no
 * key is being made on are taken meanwhile, and of thousands of objects some are made at a time. Null for units that are
 * done in one.
 */
export const stepsOf = (unit: Unit, meta: PostgresMeta, { parts }: RestoreSelection = {}): Step[] | null => {
  const { id } = unit;
  if (id === 'finish/keys') {
    return [...ofKeys(unit, meta), ...(parts === 'schema' ? [] : ofStatistics(unit, meta))];
  }
  if (id === 'finish/statistics') return ofStatistics(unit, meta);
  const runs = isInOrder(id) ? inRuns(unit, meta) : id === 'finish/sequences' ? ofSequences(unit, meta) : [];
  return runs.length < 2 ? null : runs;
};
