import type { EntryMeta } from '../meta.ts';
import { roleNames } from '../selection/role-names.ts';
import type { ArchiveEntry } from './archive.ts';

/** About the archive, or about the database as a whole. */
const skipped = new Set(['ENCODING', 'STDSTRINGS', 'SEARCHPATH', 'DATABASE', 'DATABASE PROPERTIES']);

/** What is made of an object once it is there. */
const attached = new Set(['COMMENT', 'ACL', 'SECURITY LABEL']);

/** Built side by side once the rows are there: they need tables and nothing that comes later. */
const built = new Set(['INDEX', 'CONSTRAINT', 'STATISTICS']);

const relations = new Set(['TABLE', 'MATERIALIZED VIEW']);

/** What the reader of an archive cannot know. */
export interface Surroundings {
  /** Position of the table of an entry, if it makes one. */
  positionOf(entry: ArchiveEntry): number | undefined;
  /** Cost of making it; at least 1. */
  bytesOf(entry: ArchiveEntry): number;
}

export interface Entries {
  entries: EntryMeta[];
  /** By position of a table: the other tables without which it cannot be made. */
  tableNeeds: ReadonlyMap<number, readonly number[]>;
}

/**
 * The entries that a restore makes, with the unit that makes each and the tables each needs, directly or through others.
 * Order stays the archive's: pg_dump has sorted it so that everything comes after what it needs.
 */
export const entriesOf = (contents: readonly ArchiveEntry[], about: Surroundings): Entries => {
  const byId = new Map(contents.map((entry) => [entry.id, entry]));
  const known = new Map<number, Set<number>>();
  /** Cycles are cut by answering with what is known so far. */
  const needsOf = (id: number): Set<number> => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const needs = new Set<number>();
    known.set(id, needs);
    const entry = byId.get(id);
    if (entry === undefined) return needs;
    const position = about.positionOf(entry);
    if (position !== undefined) needs.add(position);
    for (const one of entry.after) for (const need of needsOf(one)) needs.add(need);
    return needs;
  };

  const made = new Map<number, EntryMeta>();
  const tableNeeds = new Map<number, readonly number[]>();
  const unitOf = (entry: ArchiveEntry): EntryMeta['unit'] => {
    if (entry.section === 'pre-data') return 'schema';
    const needsLate = entry.after.some((id) =>
      ['structure', 'key', 'refresh'].includes(made.get(id)?.unit ?? 'schema'),
    );
    if (built.has(entry.kind)) return needsLate ? 'structure' : 'index';
    if (entry.kind === 'FK CONSTRAINT') return 'key';
    if (entry.kind === 'MATERIALIZED VIEW DATA') return 'refresh';
    return entry.kind === 'EVENT TRIGGER' ? 'event-triggers' : 'structure';
  };

  /** A foreign key needs two tables: it is on the one that its tag begins with. */
  const relationOf = ({ after, schema, tag, kind }: ArchiveEntry): number => {
    const found = after.flatMap((id) => byId.get(id) ?? []).filter((one) => relations.has(one.kind));
    const named = found.filter((one) => one.schema === schema && tag.startsWith(`${one.tag} `));
    return (
      (kind === 'FK CONSTRAINT' ? (named.sort((a, b) => b.tag.length - a.tag.length)[0] ?? found[0]) : found[0])?.id ??
      0
    );
  };

  for (const entry of contents) {
    if (skipped.has(entry.kind) || entry.section === 'data') continue;
    const host = attached.has(entry.kind) ? entry.after.find((id) => byId.has(id)) : undefined;
    const hostMade = host === undefined ? undefined : made.get(host);
    if (host !== undefined && hostMade === undefined) continue;
    const needs = [...needsOf(entry.id)].sort((a, b) => a - b);
    const position = about.positionOf(entry);
    if (position !== undefined) {
      tableNeeds.set(
        position,
        needs.filter((need) => need !== position),
      );
    }
    made.set(entry.id, {
      id: entry.id,
      kind: entry.kind,
      schema: entry.schema,
      tag: entry.tag,
      unit: hostMade?.unit ?? unitOf(entry),
      with: hostMade?.with ?? entry.id,
      on: relationOf(entry),
      needs,
      after: entry.after.filter((id) => made.has(id)),
      owner: entry.owner,
      roles: entry.definition === '' ? [] : [...roleNames(entry.definition)].sort(),
      bytes: about.bytesOf(entry),
    });
  }
  return { entries: [...made.values()], tableNeeds };
};
