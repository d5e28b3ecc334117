import type { Client } from 'pg';
import type { IndexCheck, IndexKey } from '../../../domain/checks.ts';
import { DrError } from '../../../domain/errors.ts';
import { green, red } from '../../found.ts';
import { keepTriggersQuiet } from '../connection/quietly.ts';
import { ident, literal, qualified } from '../connection/quote.ts';
import { findNamed, findRelations, type Relation } from './find-relation.ts';
import { listFew, type Run, single } from './run.ts';

/** What makes two indexes of one database the same, and what does not. */
const definitions = `
  SELECT c.relname AS name, coalesce(c.reloptions, '{}') AS options, pg_get_indexdef(i.indexrelid) AS says, i.indisvalid AND i.indisready AND i.indislive AS "isUsable",
    jsonb_build_array(am.amname, i.indisunique, coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false),
      i.indnkeyatts, i.indclass::text, i.indcollation::text, i.indoption::text,
      (SELECT jsonb_agg(pg_get_indexdef(i.indexrelid, n, true) ORDER BY n) FROM generate_series(1, i.indnatts) n),
      pg_get_expr(i.indpred, i.indrelid, true))::text AS definition,
    (SELECT jsonb_agg(pg_get_indexdef(i.indexrelid, n, true) ORDER BY n) FROM generate_series(1, i.indnatts) n)::text AS keys
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_am am ON am.oid = c.relam
  WHERE i.indrelid = $1
  ORDER BY c.relname COLLATE "C"`;

interface Definition {
  name: string;
  says: string;
  isUsable: boolean;
  /** `m=16`: those that were given. */
  options: string[];
  definition: string;
  keys: string;
}

const read = async (client: Client, oid: number): Promise<Definition[]> =>
  (await client.query<Definition>(definitions, [oid])).rows;

const nothingNamed = (what: string, name: string): DrError =>
  new DrError('missing', `there is no ${what} ${JSON.stringify(name)}`, 'correct the check, or install what brings it');

const collations = {
  table: 'pg_collation',
  schema: 'collnamespace',
  name: 'collname',
  where: 'o.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))',
};
const opclassesOf = (method: string) => ({
  table: 'pg_opclass',
  schema: 'opcnamespace',
  name: 'opcname',
  where: `o.opcmethod = (SELECT oid FROM pg_am WHERE amname = ${literal(method)})`,
});

const nameIn = async (
  client: Client,
  from: Parameters<typeof findNamed>[1],
  what: string,
  name: string,
): Promise<string> => {
  const thing = await findNamed(client, from, name);
  if (thing === null) throw nothingNamed(what, name);
  return qualified(thing);
};

const keySql = async (client: Client, key: IndexKey, method: string): Promise<string> => {
  const { collation, opclass, order, nulls } = key;
  return [
    'column' in key ? ident(key.column) : `(${key.expression}\n)`,
    collation === undefined ? '' : `COLLATE ${await nameIn(client, collations, 'collation', collation)}`,
    opclass === undefined ? '' : await nameIn(client, opclassesOf(method), `operator class of ${method}`, opclass),
    order === undefined ? '' : order.toUpperCase(),
    nulls === undefined ? '' : `NULLS ${nulls.toUpperCase()}`,
  ].join(' ');
};

/**
 * The definition that the check asks for, in the server's own words: the index is made on an empty twin of the table, which
 * goes with the transaction. Only the server knows that `lower(mail)` and `lower((mail)::text)` are one expression.
 */
const specify = async (client: Client, relation: Relation, check: IndexCheck): Promise<Definition> => {
  await client.query(keepTriggersQuiet);
  await client.query(`CREATE TEMPORARY TABLE dr_twin (LIKE ${qualified(relation)})`);
  const keys: string[] = [];
  for (const key of check.keys) keys.push(await keySql(client, key, check.method));
  const clauses = [
    check.include.length === 0 ? '' : `INCLUDE (${check.include.map(ident).join(', ')})`,
    check.nullsNotDistinct ? 'NULLS NOT DISTINCT' : '',
    check.where === undefined ? '' : `WHERE (${check.where}\n)`,
  ];
  await single(
    client,
    `CREATE ${check.isUnique ? 'UNIQUE ' : ''}INDEX ON pg_temp.dr_twin USING ${ident(check.method)} (${keys.join(', ')}) ${clauses.join(' ')}`,
  );
  const { rows } = await client.query<{ oid: string }>(`SELECT 'pg_temp.dr_twin'::regclass::oid AS oid`);
  return (await read(client, Number(rows[0]!.oid)))[0]!;
};

/** An index is compared by what it is: columns, expressions, order, collations, method, predicate. Never by its name. */
export const index: Run<IndexCheck> = async ({ client }, check) => {
  const expected = 'a usable index defined so';
  const relation = (await findRelations(client, [check.of])).get(check.of);
  if (relation === undefined) return [red(expected, `there is no ${check.of}`)];
  const there = await read(client, relation.oid);
  const wanted = await specify(client, relation, check);

  const alike = there.filter(({ definition }) => definition === wanted.definition);
  const asked = Object.entries(check.options ?? {}).map(([name, value]) => `${name}=${value}`);
  const same = alike.filter(({ options }) => asked.every((one) => options.includes(one)));
  if (same.length === 0 && alike[0] !== undefined) {
    const given = alike.map(({ name, options }) => `${name} has ${listFew(options) || 'none'}`);
    return [red(`${expected}, with ${asked.join(', ')}`, listFew(given, '; '))];
  }
  const usable = same.find(({ isUsable }) => isUsable);
  if (usable !== undefined) return [green(expected, usable.name)];
  if (same[0] !== undefined) return [red(expected, `${same[0].name} is defined so and invalid: REINDEX it`)];
  if (there.length === 0) return [red(expected, `${check.of} has no index`)];
  const nearest = there.toSorted((a, b) => Number(b.keys === wanted.keys) - Number(a.keys === wanted.keys));
  const named = nearest.map(({ says }) => says);
  return [red(expected, `none; there is: ${listFew(named, '; ')}`)];
};
