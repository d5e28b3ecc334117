import type { Filter } from '../../domain/data.ts';
import type { Stage } from '../../domain/words.ts';
import type { Unit } from '../port.ts';
import { streamOf } from './copy-rows.ts';
import { indexGroups, isHost } from './groups.ts';
import type { EntryMeta, PostgresMeta } from './meta.ts';
import { isAllIn, selectPositions, withNeeds } from './selection.ts';

/** A unit that makes many things makes those that need no other tables than `only`; without it, all. */
export interface PostgresUnit extends Unit {
  only?: readonly number[];
}

/** ANALYZE reads a sample: at most so many bytes of a table. */
const mostAnalyzed = 250_000_000;

const bytesOf = (parts: PostgresMeta['tables'][number]['parts']): number =>
  parts.reduce((sum, [bytes]) => sum + bytes, 0);

/**
 * `schema`, `data/3/0`, `index/215`, `finish/keys`: an id says how its unit is restored; those of `data` are names of
 * streams too. Units of `schema` and `finish` are restored in this order, those of `data` and `index` in any.
 */
export const units = function* (meta: PostgresMeta, stage: Stage, filter: Filter = {}): Iterable<PostgresUnit> {
  const { tables } = meta;
  const selected = withNeeds(selectPositions(tables, filter), (position) => tables[position]!.needs);
  const some = selected.size === tables.length ? {} : { only: [...selected].sort((a, b) => a - b) };
  const entries = meta.entries.filter(({ needs }) => isAllIn(needs, selected));
  const of = (unit: EntryMeta['unit']): EntryMeta[] => entries.filter((entry) => entry.unit === unit && isHost(entry));
  const nameOf = ({ kind, schema, tag }: EntryMeta): string => `${kind.toLowerCase()} ${schema}.${tag}`;
  if (stage === 'schema' && entries.length > 0) {
    yield {
      id: 'schema',
      stage,
      says: `make the schema: ${of('schema').length} objects`,
      bytes: meta.schemaBytes,
      ...some,
    };
  }
  if (stage === 'data') {
    for (const [position, { object, parts }] of tables.entries()) {
      if (!selected.has(position)) continue;
      for (const [part, [bytes]] of parts.entries()) {
        const says = `load part ${part + 1} of ${parts.length} of ${object}`;
        yield { id: streamOf(position, part), stage, says, bytes: Math.max(1, bytes) };
      }
    }
  }
  if (stage === 'index') {
    for (const group of indexGroups(meta)) {
      const wanted = group.filter(({ needs }) => isAllIn(needs, selected));
      const [first] = wanted;
      if (first === undefined) continue;
      const others = wanted.length === 1 ? '' : ` and ${wanted.length - 1} more`;
      const bytes = wanted.reduce((sum, entry) => sum + entry.bytes, 0);
      yield { id: `index/${group[0]!.id}`, stage, says: `build ${nameOf(first)}${others}`, bytes, ...some };
    }
  }
  if (stage === 'finish') {
    const structure = of('structure');
    if (structure.length > 0) {
      const says = `make ${structure.length} triggers, rules, policies and the like`;
      yield { id: 'finish/structure', stage, says, bytes: structure.length, ...some };
    }
    const keys = of('key');
    if (keys.length > 0) {
      const bytes = keys.reduce((sum, entry) => sum + entry.bytes, 0);
      yield { id: 'finish/keys', stage, says: `check and make ${keys.length} foreign keys`, bytes, ...some };
    }
    if (meta.settings.length > 0) {
      yield { id: 'finish/settings', stage, says: `set ${meta.settings.length} settings of the database`, bytes: 1 };
    }
    const sequences = meta.sequences.filter(({ owner }) => owner === null || selected.has(owner));
    if (sequences.length > 0) {
      const says = `set ${sequences.length} sequences`;
      yield { id: 'finish/sequences', stage, says, bytes: sequences.length, ...some };
    }
    for (const entry of of('refresh')) {
      yield {
        id: `finish/refresh/${entry.id}`,
        stage,
        says: `refresh ${entry.schema}.${entry.tag}`,
        bytes: entry.bytes,
      };
    }
    const analyzed = tables.filter(({ kind }, position) => kind !== 'large-objects' && selected.has(position));
    if (analyzed.length > 0) {
      const bytes = analyzed.reduce((sum, { parts }) => sum + Math.min(mostAnalyzed, bytesOf(parts)), 1);
      yield { id: 'finish/statistics', stage, says: `analyze ${analyzed.length} tables`, bytes, ...some };
    }
    const triggers = of('event-triggers');
    if (triggers.length > 0) {
      const says = `make ${triggers.length} event triggers`;
      yield { id: 'finish/event-triggers', stage, says, bytes: triggers.length, ...some };
    }
  }
};
