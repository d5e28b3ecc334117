import type { EntryMeta, PostgresMeta } from '../meta.ts';

/** What is small is made together: a transaction, a connection and a run of pg_restore for each index would cost more. */
const mostBytes = 32_000_000;
const mostEntries = 100;

/** A comment or a right is made with what it is of. */
export const isHost = ({ id, with: host }: EntryMeta): boolean => id === host;

const bytesOf = (entries: readonly EntryMeta[]): number => entries.reduce((sum, { bytes }) => sum + bytes, 0);

/** Two constraints of one table are built one after the other anyway: neighbours in the list are on different tables. */
const inTurns = (entries: readonly EntryMeta[]): EntryMeta[] => {
  const queues = [...Map.groupBy(entries, ({ on }) => on).values()];
  const rounds = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => queues.flatMap((queue) => queue[round] ?? [])).flat();
};

/** Groups of tables, those of one table never apart. */
const packed = (tables: Iterable<readonly EntryMeta[]>): EntryMeta[][] => {
  const groups: EntryMeta[][] = [];
  let room = { bytes: 0, entries: 0 };
  for (const those of tables) {
    const bytes = bytesOf(those);
    if (bytes > room.bytes || those.length > room.entries) {
      groups.push([]);
      room = { bytes: mostBytes, entries: mostEntries };
    }
    groups.at(-1)!.push(...those);
    room = { bytes: room.bytes - bytes, entries: room.entries - those.length };
  }
  return groups;
};

/**
 * Indexes in the groups that are each made in one transaction and named by their first entry. What is on one table is never
 * in two groups, the large ones apart: else two of them could wait for each other's locks.
 */
export const indexGroups = (meta: PostgresMeta): readonly (readonly EntryMeta[])[] => {
  const hosts = meta.entries.filter((entry) => entry.unit === 'index' && isHost(entry));
  const large = inTurns(hosts.filter(({ bytes }) => bytes > mostBytes).sort((a, b) => b.bytes - a.bytes));
  const small = hosts.filter(({ bytes }) => bytes <= mostBytes);
  return [...large.map((entry) => [entry]), ...packed(Map.groupBy(small, ({ on }) => on).values())];
};

/**
 * Foreign keys in such groups, heaviest first. All of one table are together and in the archive's order: one that points at
 * a partitioned table takes further names, and must not take that of one that comes later.
 */
export const keyGroups = (meta: PostgresMeta): readonly (readonly EntryMeta[])[] => {
  const hosts = meta.entries.filter((entry) => entry.unit === 'key' && isHost(entry));
  const tables = [...Map.groupBy(hosts, ({ on }) => on).values()];
  return packed(tables).sort((a, b) => bytesOf(b) - bytesOf(a));
};

/** What one transaction makes: it holds a few locks for each, and a server has room for some thousands. */
export const mostLocked = 1_000;

/** Entries that are made one after the other, in the runs that are each made in one transaction and named by their first. */
export const runsOf = (meta: PostgresMeta, unit: 'schema' | 'structure'): readonly (readonly EntryMeta[])[] => {
  const hosts = meta.entries.filter((entry) => entry.unit === unit && isHost(entry));
  const runs = Math.ceil(hosts.length / mostLocked);
  return Array.from({ length: runs }, (_, n) => hosts.slice(n * mostLocked, (n + 1) * mostLocked));
};

/** Tables with all of their partitions and heirs, by position. */
export const withHeirs = ({ tables }: PostgresMeta, positions: Iterable<number>): ReadonlySet<number> => {
  const heirs = new Map<number, number[]>();
  for (const [position, { parents }] of tables.entries()) {
    for (const parent of parents) {
      const those = heirs.get(parent);
      if (those === undefined) heirs.set(parent, [position]);
      else those.push(position);
    }
  }
  const all = new Set(positions);
  for (const above of all) for (const heir of heirs.get(above) ?? []) all.add(heir);
  return all;
};

/**
 * Tables whose statistics are taken together, by position, heaviest first: the large ones alone. Partitions are reached
 * through their table.
 */
export const analyzedTogether = (meta: PostgresMeta): number[][] => {
  const { tables } = meta;
  const large: { bytes: number; group: number[] }[] = [];
  const small: { bytes: number; group: number[] }[] = [];
  for (const [position, table] of tables.entries()) {
    const isReached = table.parents.some((parent) => tables[parent]!.kind === 'partitioned');
    if (table.kind === 'large-objects' || table.isLeftOut || isReached) continue;
    const read = table.kind === 'partitioned' ? withHeirs(meta, [position]) : [position];
    const bytes = [...read].flatMap((each) => tables[each]!.parts).reduce((sum, [part]) => sum + part, 0);
    if (bytes > mostBytes) {
      large.push({ bytes, group: [position] });
      continue;
    }
    const last = small.at(-1);
    if (last === undefined || last.bytes + bytes > mostBytes || last.group.length >= mostEntries) {
      small.push({ bytes, group: [position] });
    } else {
      last.bytes += bytes;
      last.group.push(position);
    }
  }
  return [...large, ...small].sort((a, b) => b.bytes - a.bytes).map(({ group }) => group);
};
