import { BSON } from 'mongodb';

const isMap = (value: unknown): value is OrderedDocument => value instanceof Map;

/**
 * A document whose fields keep their order and types, numbers as `Int32`, `Long` and `Double`. An object would put fields
 * that look like numbers first.
 */
export type OrderedDocument = Map<string, unknown>;

const exact = {
  promoteValues: false,
  promoteLongs: false,
  promoteBuffers: false,
  bsonRegExp: true,
  useBigInt64: false,
} as const;

const documentType = 3;
const arrayType = 4;

const readValue = (type: number, value: Uint8Array): unknown => {
  if (type === documentType) return readOrdered(value);
  if (type === arrayType) return [...readOrdered(value).values()];
  const one = Buffer.alloc(value.length + 8);
  one.writeInt32LE(one.length, 0);
  one[4] = type;
  one[5] = 0x76;
  one.set(value, 7);
  return BSON.deserialize(one, exact).v;
};

/** Reads raw BSON. Of fields of one name the last counts. */
export const readOrdered = (raw: Uint8Array): OrderedDocument => {
  const fields: OrderedDocument = new Map();
  for (const [type, nameAt, nameLength, at, length] of BSON.onDemand.parseToElements(raw)) {
    const name = Buffer.from(raw.buffer, raw.byteOffset + nameAt, nameLength).toString('utf8');
    fields.set(name, readValue(type, raw.subarray(at, at + length)));
  }
  return fields;
};

/** Raw BSON of it. */
export const writeOrdered = (document: OrderedDocument): Uint8Array =>
  BSON.serialize(document as unknown as BSON.Document, { ignoreUndefined: false });

/** The raw bytes of one field, null when there is none of that name. */
export const rawField = (raw: Uint8Array, wanted: string): Uint8Array | null => {
  for (const [, nameAt, nameLength, at, length] of BSON.onDemand.parseToElements(raw)) {
    const name = Buffer.from(raw.buffer, raw.byteOffset + nameAt, nameLength).toString('utf8');
    if (name === wanted) return raw.subarray(at, at + length);
  }
  return null;
};

/** Canonical Extended JSON in the order of the fields. */
export const toExtendedJson = (value: unknown): string => {
  if (isMap(value)) {
    return `{${[...value].map(([name, one]) => `${JSON.stringify(name)}:${toExtendedJson(one)}`).join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(toExtendedJson).join(',')}]`;
  return BSON.EJSON.stringify(value, { relaxed: false });
};

/** A number or a yes as JavaScript has it. */
export const plain = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null && '_bsontype' in value) {
    const { _bsontype: type } = value as { _bsontype: string };
    if (type === 'Int32' || type === 'Double') return Number((value as unknown as { value: number }).value);
    if (type === 'Long') return Number(value);
  }
  return value;
};
