import { BSON } from 'mongodb';
import type { IndexCheck, IndexKey } from '../../../domain/checks.ts';
import { green, red, unmeasured } from '../../found.ts';
import { type OrderedDocument, plain, readOrdered, toExtendedJson } from '../bson/ordered.ts';
import { listIndexes } from '../catalog.ts';
import type { Run } from './run.ts';

const isDocument = (value: unknown): value is OrderedDocument => value instanceof Map;

const wantedKey = (key: IndexKey): [string, unknown] => [
  'column' in key ? key.column : key.expression,
  key.opclass ?? (key.order === 'desc' ? -1 : 1),
];

/** Of a text index the fields are in its weights. */
const keysOf = (index: OrderedDocument): [string, unknown][] => {
  const weights = index.get('weights');
  return [...(index.get('key') as OrderedDocument)].flatMap(([name, type]): [string, unknown][] => {
    if (name === '_fts') return isDocument(weights) ? [...weights.keys()].map((field) => [field, 'text']) : [];
    if (name === '_ftsx') return [];
    const value = plain(type);
    return [[name, typeof value === 'number' ? Math.sign(value) : value]];
  });
};

/** One text for each meaning: `{"a": 1}` and `{ "a": {"$numberInt": "1"} }` are the same. */
const canonical = (text: string): string | null => {
  try {
    return toExtendedJson(readOrdered(BSON.serialize(BSON.EJSON.parse(text, { relaxed: false }) as BSON.Document)));
  } catch {
    return null;
  }
};

const isAsWanted = (index: OrderedDocument, check: IndexCheck): boolean => {
  const partial = index.get('partialFilterExpression');
  const where = check.where === undefined ? null : canonical(check.where);
  const options = Object.entries(check.options ?? {});
  return (
    JSON.stringify(keysOf(index)) === JSON.stringify(check.keys.map(wantedKey)) &&
    Boolean(index.get('unique')) === check.isUnique &&
    (isDocument(partial) ? toExtendedJson(partial) : null) === where &&
    // The server does not use a hidden one.
    (Boolean(index.get('hidden')) === false || check.options?.hidden === true) &&
    options.every(([name, value]) => plain(index.get(name)) === value)
  );
};

/** Compared by keys and what was given, never by name. */
export const index: Run<IndexCheck> = async ({ session, there }, check) => {
  const expected = 'an index of this definition';
  const found = there.get(check.of);
  if (found === undefined) return red(expected, `there is no ${check.of}`);
  if (check.include.length > 0 || check.keys.some((key) => !('column' in key))) {
    return unmeasured(expected, 'MongoDB has no such index: name fields, and none to include');
  }
  const indexes = await listIndexes(session, found);
  if (indexes.some((one) => isAsWanted(one, check))) return green(expected, 'there is one');
  const others = indexes.map((one) =>
    keysOf(one)
      .map(([name, type]) => `${name} ${String(type)}`)
      .join(', '),
  );
  return red(expected, others.length === 0 ? 'no index' : `indexes on (${others.join('), (')})`);
};
