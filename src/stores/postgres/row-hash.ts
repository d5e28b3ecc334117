import { type ColumnFacts, isSent } from './catalog/columns.ts';
import { ident } from './connection/quote.ts';

/** Numbers without a pattern, the same on every machine. */
const scrambled = (n: number): bigint => {
  let x = BigInt.asUintN(64, BigInt(n) * 0x9e3779b97f4a7c15n);
  x = BigInt.asUintN(64, (x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n);
  x = BigInt.asUintN(64, (x ^ (x >> 27n)) * 0x94d049bb133111ebn);
  return BigInt.asIntN(64, x ^ (x >> 31n));
};

const constant = (n: number): string => `'${scrambled(n)}'::int8`;

type Term = (value: string, seed: string) => string;

const call =
  (name: string): Term =>
  (value, seed) =>
    `${name}(${value}, ${seed})`;

const asText: Term = (value, seed) => `hashtextextended(${value}::text COLLATE "C", ${seed})`;

/** Zero is the same as minus zero to the server's own hash. */
const float =
  (name: string): Term =>
  (value, seed) =>
    `CASE WHEN ${value} = 0 THEN ${asText(value, seed)} ELSE ${name}(${value}, ${seed}) END`;

/** The server's own hash of a date cannot be called: that of its midnight is, where there is one. */
const date: Term = (value, seed) => `CASE WHEN ${value} > '4000-01-01 BC' AND ${value} < '290000-01-01'
  THEN timestamp_hash_extended(${value}::timestamp, ${seed}) ELSE ${asText(value, seed)} END`;

/** Functions of the server that see every bit of a built-in type. Those that take a timestamp mean UTC, as connections do. */
const terms: Readonly<Record<string, Term>> = {
  bool: (value, seed) => `hashint4extended(${value}::int4, ${seed})`,
  int2: call('hashint2extended'),
  int4: call('hashint4extended'),
  int8: call('hashint8extended'),
  oid: call('hashoidextended'),
  text: call('hashtextextended'),
  varchar: call('hashtextextended'),
  // The one type that is sent by the function of another.
  refcursor: asText,
  uuid: call('uuid_hash_extended'),
  timestamp: call('timestamp_hash_extended'),
  timestamptz: (value, seed) => `timestamp_hash_extended(${value}::timestamp, ${seed})`,
  date,
  time: call('time_hash_extended'),
  timetz: call('timetz_hash_extended'),
  inet: call('hashinetextended'),
  cidr: call('hashinetextended'),
  macaddr: call('hashmacaddrextended'),
  macaddr8: call('hashmacaddr8extended'),
  pg_lsn: call('pg_lsn_hash_extended'),
  float4: float('hashfloat4extended'),
  float8: float('hashfloat8extended'),
};

/**
 * Where every value has the scale of its column, equal numbers are the same. Zero and NaN hash to what hardly differs from
 * the seed, so they are hashed once more.
 */
const scaled: Term = (value, seed) => `hashint8extended(hash_numeric_extended(${value}, ${seed}), ${seed})`;

const termOf = ({ typeName, hasModifier, isLoose, of }: ColumnFacts): Term | undefined => {
  if (of !== 0 || isLoose) return undefined;
  if (typeName === 'numeric') return hasModifier ? scaled : asText;
  if (typeName === 'bpchar') return hasModifier ? asText : undefined;
  if (typeName === 'jsonb' || typeName === 'json') return asText;
  return Object.hasOwn(terms, typeName) ? terms[typeName] : undefined;
};

/**
 * A 64-bit hash of a row as an expression: one term for each column, joined by XOR. Terms have seeds of their own, so that
 * values do not trade columns unseen. Columns without a function of their own make one record together. Of what compares
 * as equal but is not the same (`1.10`, `-0`, intervals, arrays) the text or what it would send is hashed.
 */
export const rowHash = (columns: readonly ColumnFacts[]): string => {
  const sorted = [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
  const together: string[] = [];
  const apart: string[] = [];
  for (const [n, column] of sorted.entries()) {
    const name = ident(column.name);
    const term = isSent(column) ? termOf(column) : asText;
    if (term !== undefined) apart.push(`coalesce(${term(name, constant(2 * n + 1))}, ${constant(2 * n + 2)})`);
    else together.push(column.typeName === 'bytea' && column.of === 0 ? name : `${column.send}(${name})`);
  }
  if (together.length > 0) apart.push(`hash_record_extended(ROW (${together.join(', ')}), 0)`);
  return apart.length === 0 ? '0::int8' : apart.join(' # ');
};
