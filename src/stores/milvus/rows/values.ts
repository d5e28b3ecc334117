import { dimensionsOf, types, vectorBytes } from '../catalog/types.ts';
import type { Message } from '../connection/session.ts';
import type { Field } from '../meta.ts';

/**
 * A value of a row. Long whole numbers are `bigint`; vectors of floats are packed, or come as numbers from JSON; other vectors are
 * the bytes they travel as.
 */
export type Value =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Float32Array
  | readonly (boolean | number | bigint | string)[]
  | null;

/** Some rows, column by column. */
export interface Page {
  rows: number;
  columns: ReadonlyMap<string, readonly Value[]>;
  /** About how many they are in memory. */
  bytes: number;
}

/** The same rows in pieces of at most so many bytes, of a row at least. */
export const cutPage = function* ({ rows, columns, bytes }: Page, mostBytes: number): Iterable<Page> {
  const each = Math.max(1, Math.floor((rows * mostBytes) / Math.max(1, bytes)));
  for (let at = 0; at < rows; at += each) {
    const to = Math.min(rows, at + each);
    const part = new Map([...columns].map(([name, values]) => [name, values.slice(at, to)]));
    yield { rows: to - at, columns: part, bytes: (bytes * (to - at)) / rows };
  }
};

/** Parts of one length, none of which is copied. */
const cut = <T extends Uint8Array | Float32Array>(all: T, each: number): Value[] =>
  each === 0 ? [] : Array.from({ length: all.length / each }, (_, n) => all.subarray(n * each, (n + 1) * each));

/** Packed floats as they travel; they may lie anywhere in an answer, and floats of 32 bits may not. */
const floatsOf = (packed: Uint8Array): Float32Array => new Float32Array(new Uint8Array(packed).buffer);

const packed = (vectors: readonly (Float32Array | readonly number[])[]): Buffer => {
  const floats = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of vectors) {
    floats.set(one, at);
    at += one.length;
  }
  return Buffer.from(floats.buffer);
};

/** Of a field of floats they are packed; of every other a list. */
const numbersIn = (data: Message): Message[] => (data instanceof Uint8Array ? [...floatsOf(data)] : (data ?? []));

const scalars = (data: Message, field: Field): Value[] => {
  const { slot, holds } = types[field.data_type]!;
  const all: Message[] = numbersIn(data.scalars?.[slot]?.data);
  if (holds === 'long') return all.map(BigInt);
  if (holds === 'json') return all.map((bytes: Uint8Array) => Buffer.from(bytes).toString());
  if (holds !== 'list') return all as Value[];
  const element = types[field.element_type]!;
  return all.map((row) => {
    const values: (boolean | number | string)[] = numbersIn(row[element.slot]?.data);
    return element.holds === 'long' ? values.map(BigInt) : values;
  });
};

const vectors = (data: Message, field: Field): Value[] => {
  const { slot, holds } = types[field.data_type]!;
  const found = data.vectors?.[slot];
  if (found == null) return [];
  if (holds === 'floats') return cut(floatsOf(found.data as Uint8Array), dimensionsOf(field));
  if (holds === 'sparse') return found.contents as Uint8Array[];
  return cut(found as Uint8Array, vectorBytes(field));
};

/**
 * The values of a field as a server sends them (`schema.FieldData`): those that are null may be left out of the values or hold
 * anything there.
 */
export const decodeColumn = (data: Message | undefined, field: Field, rows: number): Value[] => {
  if (data === undefined) return new Array<Value>(rows).fill(null);
  const valid = (data.valid_data ?? []) as boolean[];
  const values = types[field.data_type]!.slot in (data.vectors ?? {}) ? vectors(data, field) : scalars(data, field);
  if (valid.length !== rows) return values;
  if (values.length === rows) return values.map((value, n) => (valid[n] ? value : null));
  let next = 0;
  return valid.map((isThere) => (isThere ? values[next++]! : null));
};

const plainOf = (value: boolean | number | bigint | string): boolean | number | string =>
  typeof value === 'bigint' ? value.toString() : value;

const listOf = (slot: string, values: readonly (boolean | number | bigint | string)[]): Message => ({
  data: slot === 'float_data' ? packed([values as number[]]) : values.map(plainOf),
});

const joined = (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

/** What `Insert` and `Upsert` take: nulls are named beside the values, not among them. */
export const encodeColumn = (field: Field, values: readonly Value[]): Message => {
  const { slot, holds } = types[field.data_type]!;
  const there = values.filter((value) => value !== null);
  const mayLack = field.nullable || field.default_value !== null;
  const message: Message = {
    type: field.data_type,
    field_name: field.name,
    is_dynamic: field.is_dynamic,
    valid_data: mayLack ? values.map((value) => value !== null) : [],
  };
  const dim = dimensionsOf(field);
  switch (holds) {
    case 'floats':
      message.vectors = { dim, [slot]: { data: packed(there as number[][]) } };
      break;
    case 'bits':
    case 'bytes':
      message.vectors = { dim, [slot]: joined(there as Uint8Array[]) };
      break;
    case 'sparse':
      message.vectors = { dim, [slot]: { dim, contents: there } };
      break;
    case 'json':
      message.scalars = { [slot]: { data: (there as string[]).map((text) => Buffer.from(text)) } };
      break;
    case 'list': {
      const element = types[field.element_type]!;
      const data = (there as (boolean | number | bigint | string)[][]).map((row) => ({
        [element.slot]: listOf(element.slot, row),
      }));
      message.scalars = { [slot]: { data, element_type: field.element_type } };
      break;
    }
    default:
      message.scalars = { [slot]: listOf(slot, there as (boolean | number | bigint | string)[]) };
  }
  return message;
};

/** About how many bytes a value takes in memory and on the way. */
const weigh = (value: Value): number => {
  if (typeof value === 'string') return value.length + 4;
  if (value instanceof Uint8Array) return value.length + 4;
  if (value instanceof Float32Array) return value.byteLength + 4;
  if (typeof value !== 'object' || value === null) return 8;
  return typeof value[0] === 'string'
    ? value.reduce<number>((sum, one) => sum + String(one).length + 4, 4)
    : value.length * 4 + 4;
};

export const weighAll = (columns: Page['columns']): number =>
  [...columns.values()].reduce((sum, values) => sum + values.reduce<number>((all, value) => all + weigh(value), 0), 0);
