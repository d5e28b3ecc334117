import type { CheckRow } from '../../../domain/checks.ts';
import type { RestoreSelection } from '../../../domain/data.ts';
import { isAdding } from '../../../domain/parts.ts';
import { judgeRecall } from '../../../domain/recall.ts';
import { type Found, red } from '../../found.ts';
import { countFound, searchByIndex } from '../catalog/nearest.ts';
import { readVectorIndexes } from '../catalog/vector-indexes.ts';
import { objectName, qualified } from '../connection/quote.ts';
import type { Session } from '../connection/session.ts';
import type { PostgresMeta, SearchMeta, TableMeta } from '../meta.ts';
import { chosenOf } from '../selection/chosen.ts';
import { readError } from './read-error.ts';

const measure = (session: Session, search: SearchMeta, table: TableMeta): Promise<Found> =>
  session.run(`searching ${table.object}`, async ({ client }) => {
    const { queries, limit } = search;
    const nearest = queries.reduce((sum, { found }) => sum + found, 0);
    await client.query('BEGIN READ ONLY');
    const there = await readVectorIndexes(client);
    const isThere = there.some(({ schema, name }) => schema === search.schema && name === search.name);
    await client.query(searchByIndex);
    let found = 0;
    const at = { ...search, from: qualified(table) };
    if (isThere) for (const query of queries) found += await countFound(client, at, query, limit);
    await client.query('ROLLBACK');
    return isThere
      ? judgeRecall({ nearest, found: search.found }, { nearest, found })
      : red('a usable index', 'there is none of that name');
  });

/**
 * Searches as the set did when it was taken, through every index over vectors that a restore of the selection has built. Where
 * rows were added to others, nobody knows what is nearest.
 */
export const recall = async (
  session: Session,
  meta: PostgresMeta,
  selection: RestoreSelection = {},
): Promise<CheckRow[]> => {
  if (isAdding(selection) || (selection.parts ?? 'all') !== 'all') return [];
  const { tables } = chosenOf(meta, selection);
  const rows: CheckRow[] = [];
  for (const search of meta.searches ?? []) {
    const table = tables[search.table]!;
    if (table.isLeftOut) continue;
    const name = objectName(search.schema, search.name);
    session.work.beat({ says: `searching through ${name}`, bytes: 0, totalBytes: null });
    const found = await measure(session, search, table).catch(readError);
    rows.push({ check: 'search', says: `searches of ${table.object} through ${name} find what is nearest`, ...found });
  }
  return rows;
};
