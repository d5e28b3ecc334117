import type { Client } from 'pg';
import type { PostgresMeta } from './meta.ts';
import { ident, literal, qualified } from './quote.ts';

/** Sequences go on where they were. */
export const setSequences = async (
  client: Client,
  meta: PostgresMeta,
  isWanted: (owner: number) => boolean,
): Promise<void> => {
  for (const { owner, value, isCalled, ...name } of meta.sequences) {
    if (owner !== null && !isWanted(owner)) continue;
    await client.query('SELECT setval($1::regclass, $2, $3)', [qualified(name), value, isCalled]);
  }
};

/** Settings of the database. The server quotes the values itself: `FROM CURRENT` takes what this session has. */
export const setSettings = async (client: Client, meta: PostgresMeta): Promise<void> => {
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  const database = ident(rows[0]!.name);
  for (const { role, name, value } of meta.settings) {
    const whose = role === null ? `DATABASE ${database}` : `ROLE ${ident(role)} IN DATABASE ${database}`;
    await client.query(`SELECT set_config(${literal(name)}, ${literal(value)}, true)`);
    await client.query(`ALTER ${whose} SET ${name.split('.').map(ident).join('.')} FROM CURRENT`);
  }
};

/** Statistics for the planner. The tables are locked against other changes of their schema until the transaction ends. */
export const analyze = async (client: Client, tables: readonly { schema: string; name: string }[]): Promise<void> => {
  if (tables.length > 0) await client.query(`ANALYZE ${tables.map(qualified).join(', ')}`);
};

/**
 * Locks tables as making a foreign key does, with their partitions, all at once and always in the same order: transactions
 * that make keys between the same tables then wait for each other, and never in a circle.
 */
export const lockForKeys = async (
  client: Client,
  { tables }: PostgresMeta,
  positions: Iterable<number>,
): Promise<void> => {
  const locked = new Set(positions);
  for (const above of locked) {
    for (const [position, { parents }] of tables.entries()) if (parents.includes(above)) locked.add(position);
  }
  const names = [...locked]
    .sort((a, b) => a - b)
    .flatMap((position) => {
      const table = tables[position]!;
      return table.kind === 'large-objects' ? [] : [`ONLY ${qualified(table)}`];
    });
  if (names.length > 0) await client.query(`LOCK TABLE ${names.join(', ')} IN SHARE ROW EXCLUSIVE MODE`);
};
