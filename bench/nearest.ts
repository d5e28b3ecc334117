import pg from 'pg';
import { type Lab, query } from './lab.ts';

/** Recall of one index may be a little less than that of another that was built like it. */
const luck = 0.05;

/** Of the ten rows nearest to each of fifty, the share that the index of `vectors` finds. */
const recallOf = async (url: string): Promise<number> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const nearest = (id: number, far: string) =>
      client.query<{ id: string }>(
        `SELECT id FROM items ORDER BY ${far.replace('$', `(SELECT embedding FROM items WHERE id = ${id})`)} LIMIT 10`,
      );
    let found = 0;
    for (let id = 1_000; id <= 99_000; id += 2_000) {
      await client.query('SET enable_seqscan = off');
      const byIndex = (await nearest(id, 'embedding <-> $')).rows.map((row) => row.id);
      await client.query('SET enable_seqscan = on');
      const exact = (await nearest(id, '(embedding <-> $) + 0')).rows.map((row) => row.id);
      found += exact.filter((one) => byIndex.includes(one)).length;
    }
    return found / 500;
  } finally {
    await client.end();
  }
};

/**
 * Builds the index of `vectors` once more with the settings the server has, in place of the one that a restore built, and
 * holds the two against each other.
 * @returns seconds it took
 * @throws Error when the restored one is not valid, or finds less
 */
export const createIndex = async (lab: Lab, url: string): Promise<number> => {
  const [index] = await query<{ isValid: boolean; definition: string }>(
    url,
    `SELECT indisvalid AS "isValid", pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indexrelid = 'nearest'::regclass`,
  );
  if (index?.isValid !== true) throw new Error('NOT EQUAL: the restored index is not valid');
  const restored = await recallOf(url);
  await query(url, 'DROP INDEX nearest');
  await lab.settle();
  const began = performance.now();
  await query(url, index.definition);
  const seconds = (performance.now() - began) / 1000;
  const peer = await recallOf(url);
  if (restored < peer - luck)
    throw new Error(`NOT EQUAL: recall of the restored index ${restored}, of the peer's ${peer}`);
  return seconds;
};
