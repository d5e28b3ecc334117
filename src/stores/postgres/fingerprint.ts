import type { Client } from 'pg';
import type { Filter } from '../../domain/data.ts';
import type { Fingerprint, ObjectPrint } from '../../domain/fingerprint.ts';
import { hashed } from './columns.ts';
import { objectName } from './quote.ts';
import { selectPositions } from './selection.ts';
import type { Session } from './session.ts';
import { cutTables, type Part, readTables, selectRows, type Table } from './tables.ts';
import { inView, type View, workOff } from './view.ts';

/**
 * Where a server hashes this row otherwise, its prints cannot be compared: then the name of the algorithm differs.
 */
const sample = `SELECT hashint8extended(h, h)::text AS hash FROM (SELECT hash_record_extended(
  ROW (1::int4, -2::int8, 'dr'::text, '\\x00ff'::bytea, true, DATE '2000-02-29', float8send(-0.1), NULL::text), 0) AS h) one`;

export const readAlgorithm = async (client: Client): Promise<string> => {
  const { rows } = await client.query<{ hash: string }>(sample);
  return `postgres-rows-1 ${rows[0]!.hash}`;
};

/**
 * Count and sum of a 64-bit hash of every row. A row's hash is mixed with itself before it is summed: `hash_record` is
 * linear in the hashes of its columns, so without it values could trade places between rows unseen. The sum is exact, and
 * columns are taken by name: what was added last on one side may be elsewhere on the other. `OFFSET 0` keeps the planner
 * from hashing twice.
 */
const printOf = (table: Table, part: Part): string => {
  const columns = [...table.columns].sort((a, b) => (a.name < b.name ? -1 : 1)).map(hashed);
  const hashes = selectRows(table, `hash_record_extended(ROW (${columns.join(', ')}), 0) AS h`, part);
  return `SELECT count(*)::text AS rows, coalesce(sum(hashint8extended(h, h)), 0)::text AS sum FROM (${hashes} OFFSET 0) each`;
};

/** Sums up prints of parts in any order. */
export interface Tally {
  /** @returns the rows of the part */
  add(client: Client, part: Part): Promise<number>;
  objects(): Record<string, ObjectPrint>;
}

/** Tables without blocks count too: they are empty. */
export const tallyOf = (tables: readonly Table[], selected: ReadonlySet<number>): Tally => {
  const sums = new Map<number, { rows: number; sum: bigint }>();
  for (const position of selected) {
    if (tables[position]!.kind !== 'partitioned') sums.set(position, { rows: 0, sum: 0n });
  }
  return {
    async add(client, part) {
      const { rows } = await client.query<{ rows: string; sum: string }>(printOf(tables[part.position]!, part));
      const count = Number(rows[0]!.rows);
      const sum = sums.get(part.position)!;
      sum.rows += count;
      sum.sum += BigInt(rows[0]!.sum);
      return count;
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
    await workOff(view, session.work.parallel, parts, 'fingerprinting', async (client, part) => {
      await tally.add(client, part);
      bytes += part.bytes;
      session.work.beat({ says: `fingerprinting ${tables[part.position]!.object}`, bytes, totalBytes });
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
