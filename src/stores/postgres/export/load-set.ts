import type { Source } from '../../../domain/data.ts';
import type { Stage } from '../../../domain/words.ts';
import type { Unit, Writer } from '../../port.ts';
import { together } from '../../together.ts';
import { qualified } from '../connection/quote.ts';
import type { Session } from '../connection/session.ts';
import type { EntryMeta, PostgresMeta } from '../meta.ts';
import { makeEntries } from '../restore/make-entries.ts';
import { restore } from '../restore/restore.ts';
import { units } from '../restore/units.ts';

/** A set on its way into a scratch place, table by table. */
export interface SetInPlace {
  session: Session;
  by: Writer;
  meta: PostgresMeta;
  from: Source;
}

/** Applies those units of a stage that are wanted, in any order where the stage has none. @returns plain bytes read */
export const applyUnits = async (
  { session, by, meta, from }: SetInPlace,
  stage: Stage,
  isWanted: (unit: Unit) => boolean = () => true,
): Promise<number> => {
  const wanted = [...units(meta, stage, by.selection)].filter(isWanted);
  const left = wanted[Symbol.iterator]();
  const { signal, parallel } = session.work;
  let bytes = 0;
  const hand = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) {
      bytes += (await restore(session, next.value, meta, from, by)).bytes;
    }
  };
  await together(signal, Array(stage === 'data' ? Math.max(1, parallel) : 1).fill(hand));
  return bytes;
};

/** Loads the rows of some tables, and tells the planner what is there. @returns plain bytes read */
export const loadTables = async (set: SetInPlace, positions: ReadonlySet<number>): Promise<number> => {
  const isOf = ({ id }: Unit): boolean => positions.has(Number(id.split('/')[1]));
  const bytes = await applyUnits(set, 'data', isOf);
  const tables = [...positions].flatMap((position) => {
    const table = set.meta.tables[position]!;
    return table.kind === 'table' ? [qualified(table)] : [];
  });
  if (tables.length > 0) {
    await set.session.run('analyzing', ({ client }) => client.query(`ANALYZE ${tables.join(', ')}`));
  }
  return bytes;
};

/** Makes entries of the schema stream beyond those of a unit. */
export const makeMore = async ({ session, meta, from }: SetInPlace, entries: readonly EntryMeta[]): Promise<void> => {
  if (entries.length === 0) return;
  await session.run(
    'making the schema',
    async ({ client }) => {
      await client.query('BEGIN');
      await makeEntries(session, client, meta, from, entries);
      await client.query('COMMIT');
    },
    { isChanged: true },
  );
};
