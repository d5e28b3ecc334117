import type { RestoreSelection } from '../../../domain/data.ts';
import type { Stage } from '../../../domain/words.ts';
import type { Unit } from '../../port.ts';
import { streamOf } from '../backup/copy-rows.ts';
import type { EntryMeta, PostgresMeta } from '../meta.ts';
import { chosenOf } from '../selection/chosen.ts';
import { indexGroups, isHost } from './groups.ts';

/** ANALYZE reads a sample: at most so many bytes of a table. */
const mostAnalyzed = 250_000_000;

const bytesOf = (parts: PostgresMeta['tables'][number]['parts']): number =>
  parts.reduce((sum, [bytes]) => sum + bytes, 0);

const rowBytes = (tables: PostgresMeta['tables']): number => tables.reduce((sum, { parts }) => sum + bytesOf(parts), 1);

const isMakingRoles = (
  { roleDefinitions = [] }: PostgresMeta,
  { roles = 'require', parts }: RestoreSelection,
): boolean => roles !== 'require' && parts !== 'data' && roleDefinitions.length > 0;

/**
 * `schema`, `data/3/0`, `index/215`, `finish/keys`: an id says how its unit is restored; those of `data` are names of
 * streams too. Units of `schema` and `finish` are restored in this order, those of `data` and `index` in any.
 */
export const units = function* (all: PostgresMeta, stage: Stage, selection: RestoreSelection = {}): Iterable<Unit> {
  const meta = chosenOf(all, selection);
  const { parts = 'all' } = selection;
  const { tables, entries } = meta;
  const of = (unit: EntryMeta['unit']): EntryMeta[] => entries.filter((entry) => entry.unit === unit && isHost(entry));
  const nameOf = ({ kind, schema, tag }: EntryMeta): string => `${kind.toLowerCase()} ${schema}.${tag}`;
  if (stage === 'schema' && isMakingRoles(all, selection)) {
    yield { id: 'roles', stage, says: 'make roles that the server lacks', bytes: 1 };
  }
  if (stage === 'schema' && entries.length > 0) {
    yield {
      id: 'schema',
      stage,
      says: `make the schema: ${of('schema').length} objects`,
      bytes: meta.schemaBytes,
    };
  }
  if (stage === 'data') {
    for (const [position, { object, parts }] of tables.entries()) {
      for (const [part, [bytes]] of parts.entries()) {
        const says = `load part ${part + 1} of ${parts.length} of ${object}`;
        yield { id: streamOf(position, part), stage, says, bytes: Math.max(1, bytes) };
      }
    }
  }
  if (stage === 'index') {
    for (const group of indexGroups(meta)) {
      const [first] = group;
      const others = group.length === 1 ? '' : ` and ${group.length - 1} more`;
      const bytes = group.reduce((sum, entry) => sum + entry.bytes, 0);
      yield { id: `index/${first!.id}`, stage, says: `build ${nameOf(first!)}${others}`, bytes };
    }
  }
  if (stage === 'finish') {
    const structure = of('structure');
    if (structure.length > 0) {
      const says = `make ${structure.length} triggers, rules, policies and the like`;
      yield { id: 'finish/structure', stage, says, bytes: structure.length };
    }
    const keys = of('key');
    const analyzed =
      parts === 'schema' ? [] : tables.filter(({ kind, isLeftOut }) => kind !== 'large-objects' && !isLeftOut);
    const analyzedBytes = analyzed.reduce((sum, { parts }) => sum + Math.min(mostAnalyzed, bytesOf(parts)), 1);
    const analyze = `analyze ${analyzed.length} tables`;
    if (keys.length > 0) {
      const bytes = keys.reduce((sum, entry) => sum + entry.bytes, analyzedBytes);
      const says = `check and make ${keys.length} foreign keys${analyzed.length > 0 ? `, ${analyze}` : ''}`;
      yield { id: 'finish/keys', stage, says, bytes };
    }
    if (meta.settings.length > 0 || meta.database !== undefined) {
      yield { id: 'finish/settings', stage, says: 'set what is of the database itself', bytes: 1 };
    }
    const { sequences } = meta;
    if (sequences.length > 0 && parts !== 'schema') {
      const says = `set ${sequences.length} sequences`;
      yield { id: 'finish/sequences', stage, says, bytes: sequences.length };
    }
    for (const entry of of('refresh')) {
      yield {
        id: `finish/refresh/${entry.id}`,
        stage,
        says: `refresh ${entry.schema}.${entry.tag}`,
        bytes: entry.bytes,
      };
    }
    if (parts === 'data' && selection.keys !== 'leave-out') {
      yield {
        id: 'finish/references',
        stage,
        says: 'check the foreign keys of what was loaded',
        bytes: rowBytes(tables),
      };
    }
    if (keys.length === 0 && analyzed.length > 0) {
      yield { id: 'finish/statistics', stage, says: analyze, bytes: analyzedBytes };
    }
    const triggers = of('event-triggers');
    if (triggers.length > 0) {
      const says = `make ${triggers.length} event triggers`;
      yield { id: 'finish/event-triggers', stage, says, bytes: triggers.length };
    }
  }
};
