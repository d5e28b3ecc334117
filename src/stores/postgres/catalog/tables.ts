import type { Client } from 'pg';
import { objectName, qualified } from '../connection/quote.ts';
import { largeObjects, type TableMeta } from '../meta.ts';
import type { Relation } from './catalog.ts';
import { type ColumnFacts, isBinary } from './columns.ts';
import { type BlockRange, cutBlocks, isInBlocks, partBytesOf } from './parts.ts';

/** Something that holds rows, or stands for what does. Positions are those in the list of all of them. */
export interface Table {
  oid: number;
  schema: string;
  name: string;
  object: string;
  kind: TableMeta['kind'];
  isCanary: boolean;
  parents: number[];
  columns: readonly ColumnFacts[];
  where: string | null;
  blocks: number;
  bytes: number;
}

/** One range of blocks of the table at `position`. */
export interface Part extends BlockRange {
  position: number;
  n: number;
  /** As the server estimates it. */
  bytes: number;
}

const pages = (blocks: number, blockBytes: number): Table => {
  const column = (name: string, type: number, typeName: string): ColumnFacts => {
    const facts = {
      isGenerated: false,
      hasModifier: false,
      of: 0,
      typeKind: 'b',
      ofName: '',
      ofSend: null,
      extension: null,
      isLoose: false,
    };
    return { name, type, typeName, send: `pg_catalog.${typeName}send`, ...facts };
  };
  return {
    oid: 0,
    schema: 'pg_catalog',
    name: 'pg_largeobject',
    object: largeObjects,
    kind: 'large-objects',
    isCanary: false,
    parents: [],
    columns: [column('loid', 26, 'oid'), column('pageno', 23, 'int4'), column('data', 17, 'bytea')],
    where: null,
    blocks,
    bytes: blocks * blockBytes,
  };
};

/** Everything of a view that a set can hold rows of: tables by name, then the large objects where there are any. */
export const readTables = async (
  client: Client,
  relations: readonly Relation[],
  blockBytes: number,
): Promise<Table[]> => {
  const kept = relations.filter(({ kind }) => kind === 'r' || kind === 'p');
  const positions = new Map(kept.map(({ oid }, position) => [oid, position]));
  const tables = kept.map(
    ({ kind, parents, isUnlogged: _, ...facts }): Table => ({
      ...facts,
      object: objectName(facts.schema, facts.name),
      kind: kind === 'p' ? 'partitioned' : 'table',
      parents: parents.flatMap((oid) => positions.get(oid) ?? []),
    }),
  );
  const { rows } = await client.query<{ any: boolean; blocks: number }>(
    `SELECT EXISTS (SELECT FROM pg_largeobject_metadata) AS any,
      (pg_relation_size('pg_largeobject') / current_setting('block_size')::int8)::int4 AS blocks`,
  );
  return rows[0]!.any ? [...tables, pages(rows[0]!.blocks, blockBytes)] : tables;
};

/** The selected tables, cut. */
export const cutTables = (tables: readonly Table[], selected: ReadonlySet<number>): Part[] => {
  const positions = [...selected].sort((a, b) => a - b);
  const partBytes = partBytesOf(positions.reduce((sum, position) => sum + tables[position]!.bytes, 0));
  return positions.flatMap((position) => {
    const { blocks, bytes } = tables[position]!;
    const ranges = cutBlocks(blocks, bytes, partBytes);
    return ranges.map((range, n): Part => ({ ...range, position, n, bytes: Math.ceil(bytes / ranges.length) }));
  });
};

/** Parts of small tables are read a handful at a time: what the server is asked costs more than what it reads. */
const mostOfSmall = { parts: 40, bytes: 500_000 };

/** The same parts in the same order, small neighbours together. */
export const handfuls = (parts: readonly Part[]): Part[][] => {
  const taken: Part[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    bytes += part.bytes;
    if (bytes > mostOfSmall.bytes || taken.at(-1)!.length >= mostOfSmall.parts) {
      taken.push([]);
      bytes = part.bytes;
    }
    taken.at(-1)!.push(part);
  }
  return taken;
};

/** `SELECT <what>` of the rows of a part, not of tables that inherit from it. */
export const selectRows = (table: Table, what: string, range: BlockRange): string =>
  `SELECT ${what} FROM ONLY ${qualified(table)} WHERE ${isInBlocks(range)}${table.where === null ? '' : ` AND (${table.where})`}`;

export const isCopied = ({ isGenerated }: ColumnFacts): boolean => !isGenerated;

export const formatOf = (table: Table): TableMeta['format'] =>
  table.columns.filter(isCopied).every(isBinary) ? 'binary' : 'text';
