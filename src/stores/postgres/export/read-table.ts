import type { Client } from 'pg';
import type { KeyedRow } from '../../../domain/merge-rows.ts';
import type { TableFacts, TableReader } from '../../look.ts';
import { copyOut } from '../backup/copy-out.ts';
import { readRelations } from '../catalog/catalog.ts';
import { readTables, type Table } from '../catalog/tables.ts';
import { ident, qualified } from '../connection/quote.ts';
import type { Session } from '../connection/session.ts';
import { readAlgorithm } from '../fingerprint.ts';
import { rowHash } from '../row-hash.ts';
import { readTuples } from './read-tuples.ts';

const findTable = async (client: Client, session: Session, object: string): Promise<Table | null> => {
  const tables = await readTables(client, await readRelations(client), session.server.blockBytes);
  return tables.find((table) => table.object === object) ?? null;
};

const readKey = async (client: Client, { oid, kind }: Table): Promise<string[]> => {
  if (kind === 'large-objects') return ['loid', 'pageno'];
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indrelid = $1 AND i.indisprimary ORDER BY k.n`,
    [oid],
  );
  return rows.map(({ name }) => name);
};

/** Null when there is no such table. */
export const describeTable = (session: Session, object: string): Promise<TableFacts | null> =>
  session.run(`looking at ${object}`, async ({ client }) => {
    const table = await findTable(client, session, object);
    if (table === null) return null;
    return {
      columns: table.columns.map(({ name }) => name),
      key: await readKey(client, table),
      algorithm: await readAlgorithm(client),
    };
  });

const typesOf = async (client: Client, table: Table, columns: readonly string[]): Promise<string[]> => {
  const { rows } = await client.query<{ type: string }>(
    `SELECT format_type(a.atttypid, a.atttypmod) AS type FROM unnest($2::text[]) WITH ORDINALITY AS k (name, n)
      JOIN pg_attribute a ON a.attrelid = $1::regclass AND a.attname = k.name ORDER BY k.n`,
    [qualified(table), columns],
  );
  return rows.map(({ type }) => type);
};

const fromOf = (table: Table): string => `${table.kind === 'table' ? 'ONLY ' : ''}${qualified(table)}`;

const asPrinted = { getTypeParser: () => (value: string) => value };

/**
 * Reads columns of a table at one moment. Keys are ordered by the bytes of their texts in UTF-8: an order that every server
 * and this process agree on, whatever the collation.
 */
export const readTable = <T>(
  session: Session,
  object: string,
  columns: readonly string[],
  key: readonly string[],
  body: (table: TableReader) => Promise<T>,
): Promise<T> =>
  session.run(`reading ${object}`, async ({ client }) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const table = (await findTable(client, session, object))!;
    const those = table.columns.filter(({ name }) => columns.includes(name));
    const hash = `(${rowHash(those)})::text`;
    const texts = key.length === 0 ? [hash] : key.map((name) => `${ident(name)}::text`);
    const condition = table.where === null ? '' : ` WHERE ${table.where}`;

    const rows = async function* (): AsyncIterable<KeyedRow> {
      const order = texts.map((text) => `convert_to(${text}, 'UTF8')`).join(', ');
      const query = `SELECT ${[hash, ...texts].join(', ')} FROM ${fromOf(table)}${condition} ORDER BY ${order}`;
      const copy = `COPY (${query}) TO STDOUT (FORMAT binary)`;
      for await (const [first, ...rest] of readTuples(copyOut(client, copy))) yield { hash: first!, key: rest };
    };

    const fetch: TableReader['fetch'] = async (keys) => {
      const types = key.length === 0 ? ['text'] : await typesOf(client, table, key);
      const wanted = types.map((_, at) => `$${at + 1}::text[]`).join(', ');
      const aliases = types.map((_, at) => `k${at}`);
      const matches =
        key.length === 0
          ? [`${hash} = asked.k0`]
          : key.map((name, at) => `found.${ident(name)} = asked.k${at}::${types[at]}`);
      const { rows: found } = await client.query<[string, ...(string | null)[]]>({
        text: `SELECT asked.n, ${those.map(({ name }) => `found.${ident(name)}::text`).join(', ')}
          FROM unnest(${wanted}) WITH ORDINALITY AS asked (${aliases.join(', ')}, n)
          JOIN ${fromOf(table)} AS found ON ${matches.join(' AND ')}${condition.replace(' WHERE ', ' AND ')}`,
        values: types.map((_, at) => keys.map((one) => one[at] ?? null)),
        rowMode: 'array',
        types: asPrinted,
      } as never);
      return new Map(
        found.map(([n, ...values]) => [
          JSON.stringify(keys[Number(n) - 1]),
          Object.fromEntries(those.map(({ name }, at) => [name, values[at] ?? null])),
        ]),
      );
    };

    const answer = await body({ rows: rows(), fetch });
    await client.query('ROLLBACK');
    return answer;
  });
