import type { EntryMeta, PostgresMeta } from './meta.ts';

/** What is small is made together: a transaction, a connection and a run of pg_restore for each index would cost more. */
const mostBytes = 32_000_000;
const mostEntries = 100;

/** A comment or a right is made with what it is of. */
export const isHost = ({ id, with: host }: EntryMeta): boolean => id === host;

/**
 * Entries of one kind of unit, in the groups that are each made in one transaction and named by their first entry. What is
 * on one table is never in two groups, the large ones apart: else two of them could wait for each other's locks.
 */
export const groupsOf = (meta: PostgresMeta, unit: 'index' | 'key'): readonly (readonly EntryMeta[])[] => {
  const hosts = meta.entries.filter((entry) => entry.unit === unit && isHost(entry));
  const large = hosts.filter(({ bytes }) => bytes > mostBytes).sort((a, b) => b.bytes - a.bytes);
  const groups: EntryMeta[][] = [];
  let room = { bytes: 0, entries: 0 };
  for (const those of Map.groupBy(
    hosts.filter(({ bytes }) => bytes <= mostBytes),
    ({ on }) => on,
  ).values()) {
    const bytes = those.reduce((sum, entry) => sum + entry.bytes, 0);
    if (bytes > room.bytes || those.length > room.entries) {
      groups.push([]);
      room = { bytes: mostBytes, entries: mostEntries };
    }
    groups.at(-1)!.push(...those);
    room = { bytes: room.bytes - bytes, entries: room.entries - those.length };
  }
  return [...large.map((entry) => [entry]), ...groups];
};

/** Tables whose statistics are taken together, by position. Partitions are reached through their table. */
export const analyzedTogether = ({ tables }: PostgresMeta): number[][] => {
  const groups: number[][] = [];
  let bytes = 0;
  for (const [position, table] of tables.entries()) {
    const isReached = table.parents.some((parent) => tables[parent]!.kind === 'partitioned');
    if (table.kind === 'large-objects' || isReached) continue;
    if (groups.length === 0 || bytes > mostBytes || groups.at(-1)!.length >= mostEntries) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(position);
    bytes += table.parts.reduce((sum, [part]) => sum + part, 0);
  }
  return groups;
};
