import { types } from '../catalog/types.ts';
import type { Field } from '../meta.ts';
import type { Value } from '../rows/values.ts';

/** Whole numbers of 64 bits are digits, and a negative zero keeps its sign: what JSON allows and JavaScript would lose. */
const number = (value: number | bigint): string => (Object.is(value, -0) ? '-0' : String(value));

const scalar = (value: boolean | number | bigint | string): string =>
  typeof value === 'number' || typeof value === 'bigint' ? number(value) : JSON.stringify(value);

const pairsOf = (bytes: Uint8Array): string => {
  const all = Buffer.from(bytes);
  const pairs = Array.from(
    { length: all.length / 8 },
    (_, n) => `"${all.readUInt32LE(n * 8)}":${number(all.readFloatLE(n * 8 + 4))}`,
  );
  return `{${pairs.join(',')}}`;
};

/** JSON of a text that is some; otherwise the text. */
const embedded = (text: string): string => {
  try {
    JSON.parse(text);
    return text.replaceAll('\n', ' ').replaceAll('\r', ' ');
  } catch {
    return JSON.stringify({ $text: text });
  }
};

/** A value as JSON on one line: vectors of floats as lists, sparse ones as `{"index":value}`, other vectors as base64. */
export const printValue = (field: Field, value: Value): string => {
  if (value === null) return 'null';
  const { holds } = types[field.data_type]!;
  if (holds === 'json') return embedded(value as string);
  if (holds === 'sparse') return pairsOf(value as Uint8Array);
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (typeof value === 'object') return `[${Array.from(value, scalar).join(',')}]`;
  return scalar(value);
};

/** What JSON.parse makes of such a line, with whole numbers as they were written. */
export const parseRow = (line: string): Record<string, unknown> =>
  JSON.parse(line, ((_key: string, value: unknown, { source }: { source?: string } = {}) =>
    typeof value === 'number' && source !== undefined && /^-?\d+$/.test(source) && !Number.isSafeInteger(value)
      ? BigInt(source)
      : value) as (key: string, value: unknown) => unknown);

const sparseOf = (pairs: Record<string, number>): Buffer =>
  Buffer.concat(
    Object.entries(pairs).map(([index, value]) => {
      const pair = Buffer.alloc(8);
      pair.writeUInt32LE(Number(index));
      pair.writeFloatLE(value, 4);
      return pair;
    }),
  );

const textOf = (value: unknown): string => {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : JSON.stringify(value);
  const members = Object.entries(value as Record<string, unknown>);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${textOf(member)}`).join(',')}}`;
};

const isText = (value: unknown): value is { $text: string } =>
  typeof value === 'object' && value !== null && '$text' in value && Object.keys(value).length === 1;

/** The value that was printed so. */
export const readValue = (field: Field, value: unknown): Value => {
  if (value === undefined) return null;
  const { holds } = types[field.data_type]!;
  if (holds === 'json') {
    if (value === null && field.nullable) return null;
    return isText(value) ? value.$text : textOf(value);
  }
  if (value === null) return null;
  switch (holds) {
    case 'long':
      return BigInt(value as number);
    case 'sparse':
      return sparseOf(value as Record<string, number>);
    case 'bits':
    case 'bytes':
      return Buffer.from(value as string, 'base64');
    case 'real':
      return Number(value);
    case 'floats':
      return (value as (number | bigint)[]).map(Number);
    case 'list': {
      const element = types[field.element_type]!.holds;
      const all = value as (boolean | number | bigint | string)[];
      if (element === 'long') return all.map((one) => BigInt(one as number));
      return element === 'real' ? all.map(Number) : all;
    }
    default:
      return value as Value;
  }
};
