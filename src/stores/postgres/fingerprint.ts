import type { Client } from 'pg';
import type { Filter } from '../../domain/data.ts';
import type { Fingerprint, ObjectPrint } from '../../domain/fingerprint.ts';
import { cutTables, handfuls, type Part, readTables, selectRows, type Table } from './catalog/tables.ts';
import { inView, type View, workOff } from './catalog/view.ts';
import { objectName } from './connection/quote.ts';
import type { Session } from './connection/session.ts';
import { rowHash } from './row-hash.ts';
import { selectPositions } from './selection/selection.ts';

/**
 * Where a server hashes this row otherwise, its prints cannot be compared: then the name of the algorithm differs.
 */
const sample = `SELECT hashint4extended(1, ${[
  'hashint4extended(1, 1)',
  'hashint8extended(-2, 2)',
  "hashtextextended('dr', 3)",
  "timestamp_hash_extended('2000-02-29', 4)",
  'hash_numeric_extended(1.5, 5)',
  'hashfloat8extended(-0.1, 6)',
  "uuid_hash_extended('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 7)",
  "hashinetextended('10.0.0.1', 8)",
  "hash_record_extended(ROW ('\\x00ff'::bytea, 1::int4, NULL::text), 0)",
].join(' # ')})::text AS hash`;

export const readAlgorithm = async (client: Client): Promise<string> => {
  const { rows } = await client.query<{ hash: string }>(sample);
  return `postgres-rows-2 ${rows[0]!.hash}`;
};

/**
 * Count and sum of a 64-bit hash of every row. A row's hash is mixed, as the seed of another one, before it is summed: XOR
 * is linear, so without it values could trade places between rows unseen. The sum is exact, and columns are taken by name:
 * what was added last on one side may be elsewhere on the other.
 */
const printOf = (table: Table, part: Part, n: number): string =>
  selectRows(
    table,
    `${n} AS n, count(*)::text AS rows, coalesce(sum(hashint4extended(1, ${rowHash(table.columns)})), 0)::text AS sum`,
    part,
  );

/** Sums up prints of parts in any order. */
export interface Tally {
  /** @returns the rows of each part */
  add(client: Client, parts: readonly Part[]): Promise<number[]>;
  objects(): Record<string, ObjectPrint>;
}

/** Tables without blocks count too: they are empty. */
export const tallyOf = (tables: readonly Table[], selected: ReadonlySet<number>): Tally => {
  const sums = new Map<number, { rows: number; sum: bigint }>();
  for (const position of selected) {
    if (tables[position]!.kind !== 'partitioned') sums.set(position, { rows: 0, sum: 0n });
  }
  return {
    async add(client, parts) {
      const each = parts.map((part, n) => printOf(tables[part.position]!, part, n));
      const { rows } = await client.query<{ rows: string; sum: string }>(`${each.join(' UNION ALL ')} ORDER BY n`);
      for (const [n, { position }] of parts.entries()) {
        const sum = sums.get(position)!;
        sum.rows += Number(rows[n]!.rows);
        sum.sum += BigInt(rows[n]!.sum);
      }
      return rows.map((one) => Number(one.rows));
    },
    objects: () =>
      Object.fromEntries(
        [...sums].map(([position, { rows, sum }]) => [tables[position]!.object, { rows, sum: String(sum) }]),
      ),
  };
};

/** A sequence holds no rows; what it will give next is its content. */
export const printSequences = (sequences: View['sequences']): Record<string, ObjectPrint> =>
  Object.fromEntries(
    sequences.map(({ schema, name, value, isCalled }) => [
      objectName(schema, name),
      { rows: 0, sum: `${value},${isCalled}` },
    ]),
  );

/** Tables by their positions, and sequences. */
interface Looked {
  selected: ReadonlySet<number>;
  isWanted(sequence: View['sequences'][number]): boolean;
}

const look = (
  session: Session,
  choose: (tables: readonly Table[]) => Looked,
  isSeen?: (one: { schema: string; name: string }) => boolean,
): Promise<Fingerprint> => {
  const take = async (view: View): Promise<Fingerprint> => {
    const tables = await readTables(view.client, view.relations, session.server.blockBytes);
    const { selected, isWanted } = choose(tables);
    const parts = cutTables(tables, selected);
    const totalBytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const tally = tallyOf(tables, selected);
    let bytes = 0;
    session.work.beat({ says: 'fingerprinting', bytes, totalBytes });
    await workOff(view, session.work.parallel, handfuls(parts), 'fingerprinting', async (client, some) => {
      await tally.add(client, some);
      bytes += some.reduce((sum, part) => sum + part.bytes, 0);
      session.work.beat({ says: `fingerprinting ${tables[some[0]!.position]!.object}`, bytes, totalBytes });
    });
    return {
      algorithm: await readAlgorithm(view.client),
      objects: { ...tally.objects(), ...printSequences(view.sequences.filter(isWanted)) },
    };
  };
  return inView(session, 'fingerprinting', take, isSeen);
};

/** Of everything the filter selects, at one moment. */
export const fingerprint = (session: Session, filter: Filter): Promise<Fingerprint> =>
  look(session, (tables) => {
    const selected = selectPositions(tables, filter);
    const owners = new Set([...selected].map((position) => tables[position]!.oid));
    const isWhole = selected.size === tables.length;
    return { selected, isWanted: ({ owner }) => (owner === null ? isWhole : owners.has(owner)) };
  });

/** Of the objects with these names, and no other, at one moment; those that are not there are not in it. */
export const fingerprintOf = (session: Session, isNamed: (object: string) => boolean): Promise<Fingerprint> => {
  const isSeen = ({ schema, name }: { schema: string; name: string }): boolean => isNamed(objectName(schema, name));
  const choose = (tables: readonly Table[]): Looked => ({
    selected: new Set([...tables.keys()].filter((position) => isNamed(tables[position]!.object))),
    isWanted: isSeen,
  });
  return look(session, choose, isSeen);
};
