import type { ColumnsCheck } from '../../../domain/checks.ts';
import { green, red } from '../../found.ts';
import { findRelations } from './find-relation.ts';
import { listFew, type Run } from './run.ts';

/** A type without its modifiers, and the modifiers: `timestamp with time zone` and `(3)`. */
const modifier = /\s*\([\d\s,]*\)/;

const facts = `
  SELECT w.name, a.attname IS NOT NULL AS "isThere", format_type(a.atttypid, a.atttypmod) AS type,
    coalesce(a.attnotnull OR t.typnotnull, false) AS "notNull",
    format_type(to_regtype(w.bare), NULL) AS wanted
  FROM unnest($2::text[], $3::text[]) AS w (name, bare)
  LEFT JOIN pg_attribute a ON a.attrelid = $1 AND a.attname = w.name AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_type t ON t.oid = a.atttypid`;

interface Fact {
  name: string;
  isThere: boolean;
  type: string | null;
  notNull: boolean;
  /** The server's own name for the type that is wanted; null when it knows none of that name. */
  wanted: string | null;
}

const squeezed = (text: string): string => text.replaceAll(/\s+/g, '');

/** `varchar(20)` as the server prints it: its name for the type, with the modifiers where it prints them. */
const isType = (found: string, wanted: string, known: string | null): boolean => {
  if (found === wanted) return true;
  const modifiers = modifier.exec(wanted)?.[0] ?? '';
  const ours = known ?? wanted.replace(modifier, '');
  return found.replace(modifier, '') === ours && squeezed(modifier.exec(found)?.[0] ?? '') === squeezed(modifiers);
};

/** Columns by name: there, of that type, refusing nulls. What else there is does not matter. */
export const columns: Run<ColumnsCheck> = async ({ client }, { of, columns: wanted }) => {
  const expected = wanted
    .map(({ name, type, notNull }) => [name, type, notNull ? 'not null' : ''].filter(Boolean).join(' '))
    .join(', ');
  const relation = (await findRelations(client, [of])).get(of);
  if (relation === undefined) return [red(expected, `there is no ${of}`)];
  const bare = wanted.map(({ type }) => (type ?? '').replace(modifier, ''));
  const { rows } = await client.query<Fact>(facts, [relation.oid, wanted.map(({ name }) => name), bare]);
  const wrong = wanted.flatMap(({ name, type, notNull }) => {
    const fact = rows.find((row) => row.name === name)!;
    if (!fact.isThere) return [`there is no ${name}`];
    return [
      ...(type === undefined || isType(fact.type!, type, fact.wanted) ? [] : [`${name} is ${fact.type}`]),
      ...(notNull && !fact.notNull ? [`${name} takes nulls`] : []),
    ];
  });
  return [wrong.length === 0 ? green(expected, 'as expected') : red(expected, listFew(wrong))];
};
