import type { Client } from 'pg';
import { keepSetting } from '../catalog/keep-setting.ts';
import { ident, qualified } from '../connection/quote.ts';
import type { PostgresMeta } from '../meta.ts';
import { withHeirs } from './groups.ts';

/** Sequences go on where they were. */
export const setSequences = async (client: Client, { sequences }: PostgresMeta): Promise<void> => {
  for (const { value, isCalled, ...name } of sequences) {
    await client.query('SELECT setval($1::regclass, $2, $3)', [qualified(name), value, isCalled]);
  }
};

/** Sequences that number rows of others too never go back: what they gave would be given once more. */
export const advanceSequences = async (client: Client, { sequences }: PostgresMeta): Promise<void> => {
  for (const { value, isCalled, ...name } of sequences) {
    await client.query(
      `SELECT setval($1::regclass, $2::bigint, $3) FROM ${qualified(name)} q JOIN pg_sequence s ON s.seqrelid = $1::regclass
        WHERE CASE WHEN s.seqincrement > 0 THEN ($2::bigint, $3::boolean) > (q.last_value, q.is_called)
          ELSE $2::bigint < q.last_value OR ($2::bigint = q.last_value AND $3::boolean AND NOT q.is_called) END`,
      [qualified(name), value, isCalled],
    );
  }
};

/** Settings of the database, and of roles in it. */
export const setSettings = async (client: Client, meta: PostgresMeta): Promise<void> => {
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  const database = ident(rows[0]!.name);
  for (const { role, ...setting } of meta.settings) {
    const whose = role === null ? `DATABASE ${database}` : `ROLE ${ident(role)} IN DATABASE ${database}`;
    await keepSetting(client, whose, setting);
  }
};

/** Of a tree with foreign tables only what is here: to analyze its root would ask other servers, or fail. */
const analyzable = `WITH RECURSIVE tree AS (
    SELECT oid AS root, oid FROM unnest($1::regclass[]) AS oid
    UNION SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid),
  roots AS (SELECT t.root, bool_or(c.relkind = 'f') AS "isAbroad" FROM tree t JOIN pg_class c USING (oid) GROUP BY 1)
  SELECT DISTINCT t.oid::regclass::text AS name FROM tree t JOIN roots r USING (root) JOIN pg_class c USING (oid)
    WHERE CASE WHEN r."isAbroad" THEN c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = t.oid)
      ELSE t.oid = t.root END`;

/** Statistics for the planner. The tables are locked against other changes of their schema until the transaction ends. */
export const analyze = async (client: Client, tables: readonly { schema: string; name: string }[]): Promise<void> => {
  const { rows } = await client.query<{ name: string }>(analyzable, [tables.map(qualified)]);
  if (rows.length > 0) await client.query(`ANALYZE ${rows.map(({ name }) => name).join(', ')}`);
};

/**
 * Locks tables as making a foreign key does, with their partitions, all at once and always in the same order: transactions
 * that make keys between the same tables then wait for each other, and never in a circle.
 */
export const lockForKeys = async (client: Client, meta: PostgresMeta, positions: Iterable<number>): Promise<void> => {
  const names = [...withHeirs(meta, positions)]
    .sort((a, b) => a - b)
    .flatMap((position) => {
      const table = meta.tables[position]!;
      return table.kind === 'large-objects' ? [] : [`ONLY ${qualified(table)}`];
    });
  if (names.length > 0) await client.query(`LOCK TABLE ${names.join(', ')} IN SHARE ROW EXCLUSIVE MODE`);
};
