import type { Client } from 'pg';
import { countFound, exactReach, pickVectors, type Searched, searchByIndex } from '../catalog/nearest.ts';
import type { Table } from '../catalog/tables.ts';
import { readVectorIndexes, type VectorIndex } from '../catalog/vector-indexes.ts';
import { codeOf } from '../connection/failure.ts';
import { objectName, qualified } from '../connection/quote.ts';
import type { SearchMeta } from '../meta.ts';

/** Searches of one index, and rows that each asks for. */
const searches = 10;
const limit = 10;

/** Each search looks at every row of the table: what this may cost one backup. */
const mostRows = 1_000_000;
const mostBytes = 2_000_000_000;
const mostMs = 20_000;

const whyNot = ({ rows, bytes }: VectorIndex, leftMs: number): string | null => {
  if (rows > mostRows || bytes > mostBytes) return 'its table is too large to be searched without it';
  return leftMs < 100 ? 'the time for such searches was used up by others' : null;
};

const sample = async (client: Client, index: VectorIndex, position: number, table: Table): Promise<SearchMeta> => {
  const at: Searched = { ...index, from: qualified(table) };
  const vectors = await pickVectors(client, at, searches);
  const queries: SearchMeta['queries'][number][] = [];
  for (const vector of vectors) {
    const exact = await exactReach(client, at, vector, limit);
    if (exact !== null) queries.push({ vector, ...exact });
  }
  await client.query(searchByIndex);
  let found = 0;
  for (const query of queries) found += await countFound(client, at, query, limit);
  const { schema, name, value, type, distance, where } = index;
  return { table: position, schema, name, value, type, distance, where, limit, queries, found };
};

/** Ended by its own time limit, or by what its expression does: nothing is known, and nothing is broken. */
const isOwnFault = (error: unknown): boolean => !/^(08|57P|53|40)/.test(codeOf(error) ?? '08');

/**
 * Searches through every index over vectors, and what a search without it finds: by that the index is judged that a restore
 * builds. In the transaction of the view, so that the rows are those of the set.
 */
export const sampleSearches = async (
  client: Client,
  tables: readonly Table[],
): Promise<{ searches: SearchMeta[]; leftOut: string[] }> => {
  const done: SearchMeta[] = [];
  const leftOut: string[] = [];
  const until = Date.now() + mostMs;
  for (const index of await readVectorIndexes(client)) {
    const position = tables.findIndex(({ oid }) => oid === index.table);
    if (position < 0) continue;
    const left = until - Date.now();
    let why = whyNot(index, left);
    if (why === null) {
      await client.query('SAVEPOINT searches');
      try {
        await client.query(`SET LOCAL statement_timeout = ${left}`);
        done.push(await sample(client, index, position, tables[position]!));
      } catch (error) {
        if (!isOwnFault(error)) throw error;
        why = error instanceof Error ? error.message : 'it cannot be searched';
      }
      await client.query('ROLLBACK TO SAVEPOINT searches');
    }
    if (why !== null) leftOut.push(`sample searches for the recall of ${objectName(index.schema, index.name)}: ${why}`);
  }
  return { searches: done.filter(({ queries }) => queries.length > 0), leftOut };
};
