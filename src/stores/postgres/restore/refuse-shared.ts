import type { Client } from 'pg';
import type { RestoreSelection } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import { objectName, qualified } from '../connection/quote.ts';
import type { PostgresMeta, TableMeta } from '../meta.ts';
import { neededThere } from '../selection/chosen.ts';
import { mayBeReplica } from './quiet-triggers.ts';

interface There {
  oid: string | null;
  columns: { name: string; type: string; isGenerated: boolean }[] | null;
  mayInsert: boolean;
  isOwner: boolean;
  hasTriggers: boolean;
}

const there = `SELECT c.oid::text AS oid,
    (SELECT json_agg(json_build_object('name', a.attname, 'type', t.typname, 'isGenerated', a.attgenerated <> '') ORDER BY a.attnum)
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    has_table_privilege(c.oid, 'INSERT') AS "mayInsert", pg_has_role(c.relowner, 'USAGE') AS "isOwner",
    EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')) AS "hasTriggers"
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (schema, name, n)
  LEFT JOIN (pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace)
    ON s.nspname = w.schema AND c.relname = w.name AND c.relkind IN ('r', 'p')
  ORDER BY w.n`;

const mostNamed = 10;

const some = (names: readonly string[]): string =>
  `${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? `, and ${names.length - mostNamed} more` : ''}`;

/** Columns of a table in a set and in a place that do not take each other's values. */
const differences = ({ object, columns, types }: TableMeta, { columns: found }: There): string[] => {
  const here = new Map((found ?? []).map((one) => [one.name, one]));
  const wrong = columns.flatMap((name, n) => {
    const one = here.get(name);
    if (one === undefined) return `${object} has no column ${JSON.stringify(name)}`;
    if (one.isGenerated) return `column ${JSON.stringify(name)} of ${object} is generated there`;
    if (one.type === types[n]) return [];
    return `column ${JSON.stringify(name)} of ${object} is ${types[n]} in the set and ${one.type} there`;
  });
  const more = [...here.values()].filter(({ name, isGenerated }) => !isGenerated && !columns.includes(name));
  return [...wrong, ...more.map(({ name }) => `${object} has a column ${JSON.stringify(name)} that the set lacks`)];
};

const holdRows = async (client: Client, tables: readonly TableMeta[]): Promise<string[]> => {
  const full: string[] = [];
  for (const table of tables) {
    const { rows } = await client.query<{ any: boolean }>(
      `SELECT EXISTS (SELECT FROM ONLY ${qualified(table)}) AS any`,
    );
    if (rows[0]!.any) full.push(table.object);
  }
  return full;
};

/** A login that is no replica loads rows in any order: keys between what it loads would fail by chance. */
const refuseUnable = async (client: Client, tables: readonly TableMeta[], found: readonly There[], where: string) => {
  const denied = tables.filter((_, n) => !found[n]!.mayInsert);
  if (denied.length > 0) {
    throw new DrError(
      'no-permission',
      `this login may not add rows in ${where} to ${some(denied.map(({ object }) => object))}`,
      `GRANT INSERT ON ${denied[0]!.object} to it, or use another login`,
    );
  }
  if (await mayBeReplica(client)) return;
  const { rows } = await client.query<{ name: string }>(
    `SELECT conname || ' of ' || conrelid::regclass AS name FROM pg_constraint
      WHERE contype = 'f' AND conrelid = ANY ($1::oid[]) AND confrelid = ANY ($1::oid[]) ORDER BY 1`,
    [found.map(({ oid }) => oid)],
  );
  const firing = tables.filter((_, n) => found[n]!.hasTriggers && !found[n]!.isOwner).map(({ object }) => object);
  if (rows.length === 0 && firing.length === 0) return;
  const what = [
    ...(rows.length === 0 ? [] : [`foreign keys between the tables (${some(rows.map(({ name }) => name))})`]),
    ...(firing.length === 0 ? [] : [`triggers of tables of others (${some(firing)})`]),
  ];
  throw new DrError(
    'no-permission',
    `this login cannot load rows past ${what.join(' and ')} in ${where}`,
    'GRANT SET ON PARAMETER session_replication_role to it (PostgreSQL 15 and newer), or use a superuser',
  );
};

/** For rows alone. @throws DrError `missing`, `refused`, `not-empty`, `no-permission` */
const refuseTables = async (
  client: Client,
  chosen: PostgresMeta,
  { into = 'empty' }: RestoreSelection,
  where: string,
): Promise<void> => {
  const tables = chosen.tables.filter(({ kind, isLeftOut }) => kind === 'table' && !isLeftOut);
  const { rows: found } = await client.query<There>(there, [
    tables.map((one) => one.schema),
    tables.map((one) => one.name),
  ]);
  const absent = tables.filter((_, n) => found[n]!.oid === null).map(({ object }) => object);
  const { rows: sequences } = await client.query<{ n: number }>(
    `SELECT n::int FROM unnest($1::text[]) WITH ORDINALITY AS w (name, n) WHERE to_regclass(w.name) IS NULL`,
    [chosen.sequences.map(qualified)],
  );
  const lost = sequences.map(({ n }) => chosen.sequences[n - 1]!).map(({ schema, name }) => objectName(schema, name));
  if (absent.length + lost.length > 0) {
    throw new DrError(
      'missing',
      `${where} lacks what the rows go into: ${some([...absent, ...lost])}`,
      'restore the definitions first (--schema-only), or leave these tables out (--except)',
    );
  }
  const wrong = tables.flatMap((table, n) => differences(table, found[n]!));
  if (wrong.length > 0) {
    throw new DrError(
      'refused',
      `tables in ${where} are not as the set has them: ${some(wrong)}`,
      'restore into a new place instead, and copy what you need from there',
    );
  }
  await refuseUnable(client, tables, found, where);
  const full = into === 'existing' ? [] : await holdRows(client, tables);
  if (full.length === 0) return;
  throw new DrError(
    'not-empty',
    `tables in ${where} hold rows already: ${some(full)}`,
    'empty them first, or add to what they hold (--into-existing)',
  );
};

const relations = new Set(['TABLE', 'VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE', 'SEQUENCE', 'INDEX']);

/** For definitions beside others. @throws DrError `not-empty` */
const refuseTaken = async (client: Client, { entries }: PostgresMeta, where: string): Promise<void> => {
  const made = entries.filter(({ kind, needs }) => needs.length > 0 && relations.has(kind));
  const { rows } = await client.query<{ n: number }>(
    `SELECT n::int FROM unnest($1::text[]) WITH ORDINALITY AS w (name, n) WHERE to_regclass(w.name) IS NOT NULL`,
    [made.map(({ schema, tag }) => qualified({ schema, name: tag }))],
  );
  const taken = rows.map(({ n }) => made[n - 1]!).map(({ schema, tag }) => objectName(schema, tag));
  if (taken.length === 0) return;
  throw new DrError(
    'not-empty',
    `${where} holds already what is to be made: ${some(taken)}`,
    'rename or drop it first, or leave its table out (--except); for its rows alone, --data-only',
  );
};

/** @throws DrError `missing` */
const refuseLacking = async (client: Client, chosen: PostgresMeta, where: string): Promise<void> => {
  const needed = neededThere(chosen).map((position) => chosen.tables[position]!);
  const { rows } = await client.query<{ n: number }>(
    `SELECT n::int FROM unnest($1::text[]) WITH ORDINALITY AS w (name, n) WHERE to_regclass(w.name) IS NULL`,
    [needed.map(qualified)],
  );
  if (rows.length === 0) return;
  throw new DrError(
    'missing',
    `${where} lacks tables that the selected ones need: ${some(rows.map(({ n }) => needed[n - 1]!.object))}`,
    'select them too, or go on without foreign keys to them (--allow-missing-keys)',
  );
};

/** Is a place that holds other things refused for what it holds or lacks? */
export const refuseShared = async (
  client: Client,
  chosen: PostgresMeta,
  selection: RestoreSelection,
  where: string,
): Promise<void> => {
  if (selection.parts === 'data') return refuseTables(client, chosen, selection, where);
  await refuseTaken(client, chosen, where);
  await refuseLacking(client, chosen, where);
};
