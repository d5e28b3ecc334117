import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EntryMeta, PostgresMeta, TableMeta } from '../../../src/stores/postgres/meta.ts';
import { analyzedTogether, indexGroups, keyGroups } from '../../../src/stores/postgres/restore/groups.ts';

const metaOf = (entries: readonly EntryMeta[], tables: readonly TableMeta[] = []): PostgresMeta => ({
  format: 1,
  server: { version: 'PostgreSQL 16.1', major: 16, encoding: 'UTF8', blockBytes: 8192 },
  dumpMajor: 16,
  schemaBytes: 1,
  roles: [],
  extensions: [],
  tables,
  sequences: [],
  settings: [],
  entries,
});

const index = (id: number, on: number, bytes: number): EntryMeta => ({
  id,
  on,
  bytes,
  kind: 'INDEX',
  schema: 's',
  tag: `i${id}`,
  unit: 'index',
  with: id,
  needs: [],
  after: [],
  owner: '',
  roles: [],
});

const table = (bytes: number, parents: number[] = [], kind: TableMeta['kind'] = 'table'): TableMeta => ({
  schema: 's',
  name: 't',
  object: 's.t',
  kind,
  columns: [],
  types: [],
  format: 'binary',
  parents,
  needs: [],
  parts: [[bytes, 1]],
});

describe('indexes made together', () => {
  const indexes = fc
    .array(fc.tuple(fc.nat(30), fc.oneof(fc.nat(5_000_000), fc.nat(200_000_000))), { maxLength: 300 })
    .map((all) => all.map(([on, bytes], n) => index(n + 1, on, bytes)));

  test('are each in one group, and the small ones of a table in no two', () => {
    fc.assert(
      fc.property(indexes, (entries) => {
        const groups = indexGroups(metaOf(entries));
        expect(
          groups
            .flat()
            .map(({ id }) => id)
            .sort((a, b) => a - b),
        ).toEqual(entries.map(({ id }) => id));
        const homes = groups.flatMap((group, n) => (group.length > 1 ? group.map(({ on }) => `${on}:${n}`) : []));
        const tables = [...new Set(homes)].map((home) => home.split(':')[0]);
        expect(new Set(tables).size).toBe(tables.length);
      }),
    );
  });

  test('are large alone, largest first', () => {
    const entries = [index(1, 1, 10), index(2, 1, 50_000_000), index(3, 2, 90_000_000), index(4, 2, 20)];
    const ids = indexGroups(metaOf(entries)).map((group) => group.map(({ id }) => id));
    expect(ids).toEqual([[3], [2], [1, 4]]);
  });

  test('are large ones of one table apart, where there are others', () => {
    const entries = [index(1, 1, 9e7), index(2, 1, 8e7), index(3, 1, 7e7), index(4, 2, 6e7)];
    const ids = indexGroups(metaOf(entries)).map((group) => group.map(({ id }) => id));
    expect(ids).toEqual([[1], [4], [2], [3]]);
  });
});

test('foreign keys of one table are made together in the order of the archive, heaviest table first', () => {
  const key = (id: number, on: number, bytes: number): EntryMeta => ({ ...index(id, on, bytes), unit: 'key' });
  const entries = [key(1, 1, 1), key(2, 2, 9e7), key(3, 2, 1), key(4, 2, 9e7), key(5, 3, 5e7), key(6, 4, 1)];
  expect(keyGroups(metaOf(entries)).map((group) => group.map(({ id }) => id))).toEqual([[2, 3, 4], [5], [1], [6]]);
});

test('tables are analyzed in groups of bounded size, heaviest first, partitions with their table', () => {
  const tables = [
    table(0, [], 'partitioned'),
    table(8e7, [0]),
    table(9e7),
    table(1),
    table(1),
    table(5, [], 'large-objects'),
  ];
  expect(analyzedTogether(metaOf([], tables))).toEqual([[2], [0], [3, 4]]);
});
