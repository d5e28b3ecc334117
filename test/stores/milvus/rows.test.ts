import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMessage, shape, typeOf } from '../../../src/stores/milvus/connection/protocol.ts';
import type { Definition, Field } from '../../../src/stores/milvus/meta.ts';
import { canonicalJson } from '../../../src/stores/milvus/rows/canonical-json.ts';
import { readParquet, writeParquet } from '../../../src/stores/milvus/rows/parquet.ts';
import { rowSum } from '../../../src/stores/milvus/rows/row-sum.ts';
import { decodeColumn, encodeColumn, type Page, type Value } from '../../../src/stores/milvus/rows/values.ts';

const field = (name: string, data_type: string, more: Partial<Field> = {}): Field => ({
  name,
  data_type,
  element_type: 'None',
  is_primary_key: false,
  autoID: false,
  nullable: true,
  is_dynamic: false,
  is_partition_key: false,
  is_function_output: false,
  default_value: null,
  type_params: [{ key: 'dim', value: '16' }],
  ...more,
});

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const floats = fc.array(float, { minLength: 16, maxLength: 16 });
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((all) => Buffer.from(all));
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: 'grapheme' });
const pairs = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 5 }).map((indexes) =>
  Buffer.concat(
    indexes.map((one) => {
      const pair = Buffer.alloc(8);
      pair.writeUInt32LE(one);
      pair.writeFloatLE(0.5, 4);
      return pair;
    }),
  ),
);

/** Every type of field, also those that Milvus Lite does not have. */
const every: readonly (readonly [Field, fc.Arbitrary<Value>])[] = [
  [field('id', 'Int64', { is_primary_key: true, nullable: false }), long],
  [field('flag', 'Bool'), fc.boolean()],
  [field('tiny', 'Int8'), fc.integer({ min: -128, max: 127 })],
  [field('small', 'Int16'), fc.integer({ min: -32_768, max: 32_767 })],
  [field('whole', 'Int32'), fc.integer()],
  [field('real', 'Float'), float],
  [field('double', 'Double'), fc.double({ noNaN: true, noDefaultInfinity: true })],
  [field('text', 'VarChar'), text],
  [field('json', 'JSON'), fc.json()],
  [field('place', 'Geometry'), text],
  [field('at', 'Timestamptz'), text],
  [field('longs', 'Array', { element_type: 'Int64' }), fc.array(long, { maxLength: 4 })],
  [field('texts', 'Array', { element_type: 'VarChar' }), fc.array(text, { maxLength: 4 })],
  [field('reals', 'Array', { element_type: 'Float' }), fc.array(float, { maxLength: 4 })],
  [field('flags', 'Array', { element_type: 'Bool' }), fc.array(fc.boolean(), { maxLength: 4 })],
  [field('vector', 'FloatVector'), floats],
  [field('bits', 'BinaryVector'), bytes(2)],
  [field('half', 'Float16Vector'), bytes(32)],
  [field('brain', 'BFloat16Vector'), bytes(32)],
  [field('int8', 'Int8Vector'), bytes(16)],
  [field('sparse', 'SparseFloatVector'), pairs],
];
const fieldData = typeOf('milvus.proto.schema.FieldData');
const fields = every.map(([one]) => one);

const pages: fc.Arbitrary<Page> = fc
  .array(fc.tuple(...every.map(([one, value]) => (one.nullable ? fc.option(value, { freq: 4 }) : value))), {
    minLength: 1,
    maxLength: 12,
  })
  .map((rows) => ({
    rows: rows.length,
    bytes: 1,
    columns: new Map(fields.map(({ name }, at) => [name, rows.map((row) => row[at] as Value)])),
  }));

/** Vectors of floats come from a server as what lies in its answer. */
const comparable = (value: Value): unknown => (value instanceof Float32Array ? Array.from(value) : value);

const plain = ({ rows, columns }: Page): unknown[] =>
  Array.from({ length: rows }, (_, n) =>
    fields.map(({ name }) => {
      const value = columns.get(name)![n]!;
      return value instanceof Uint8Array
        ? Buffer.from(value).toString('hex')
        : Array.isArray(value) || value instanceof Float32Array
          ? [...value]
          : value;
    }),
  );

const definition = {
  schema: { fields, enable_dynamic_field: false, autoID: false, functions: [], struct_array_fields: [] },
} satisfies Pick<Definition, 'schema'>;

const printOf = (...some: Page[]) => {
  const sum = rowSum(definition);
  for (const page of some) sum.add(page);
  return sum.print();
};

test('values of every type come back from Parquet as they were, over several row groups', async () => {
  await fc.assert(
    fc.asyncProperty(pages, pages, async (one, two) => {
      const pieces: Uint8Array[] = [];
      const both = async function* () {
        yield one;
        yield two;
      };
      for await (const piece of writeParquet(fields, both())) pieces.push(piece);
      const read = await readParquet(fields, Buffer.concat(pieces));
      expect(plain(read)).toEqual([...plain(one), ...plain(two)]);
      expect(printOf(read)).toEqual(printOf(one, two));
    }),
    { numRuns: 40 },
  );
});

test('vectors of floats are summed the same as numbers and as what lies in an answer', () => {
  const one = field('vector', 'FloatVector');
  const sumOf = (value: Value): string => {
    const sum = rowSum({ schema: { ...definition.schema, fields: [fields[0]!, one] } });
    const columns = new Map<string, Value[]>([
      ['id', [1n]],
      ['vector', [value]],
    ]);
    sum.add({ rows: 1, bytes: 1, columns });
    return sum.print().sum;
  };
  fc.assert(
    fc.property(floats, (all) => {
      expect(sumOf(Float32Array.from(all))).toBe(sumOf(all));
    }),
  );
});

test('what a server is sent and what it answers are the same values', () => {
  fc.assert(
    fc.property(pages, (page) => {
      for (const one of fields) {
        const sent = encodeMessage(fieldData, encodeColumn(one, page.columns.get(one.name)!));
        const found = decodeColumn(fieldData.toObject(fieldData.decode(sent), shape), one, page.rows);
        expect(found.map(comparable)).toEqual(page.columns.get(one.name));
      }
    }),
    { numRuns: 40 },
  );
});

test('any other value, null or type is another sum; another order of rows is not', () => {
  fc.assert(
    fc.property(pages, fc.nat(), fc.nat(), (page, atField, atRow) => {
      const [changed, row] = [fields[atField % fields.length]!, atRow % page.rows];
      const values = [...page.columns.get(changed.name)!];
      const other = values[row] === null ? values.find((value) => value !== null) : null;
      fc.pre(other !== undefined && changed.nullable);
      values[row] = other!;
      expect(printOf({ ...page, columns: new Map([...page.columns, [changed.name, values]]) })).not.toEqual(
        printOf(page),
      );
      const turned = new Map([...page.columns].map(([name, all]) => [name, all.toReversed()]));
      expect(printOf({ ...page, columns: turned })).toEqual(printOf(page));
    }),
    { numRuns: 60 },
  );
});

test('rows longer than any before are summed whole', () => {
  const sumOf = (data_type: string, value: Value): string => {
    const long = field('long', data_type);
    const sum = rowSum({ schema: { ...definition.schema, fields: [fields[0]!, long] } });
    const columns = new Map<string, Value[]>([
      ['id', [1n]],
      ['long', [value]],
    ]);
    sum.add({ rows: 1, bytes: 1, columns });
    return sum.print().sum;
  };
  const text = 'x'.repeat(100_000);
  expect(sumOf('VarChar', `${text}a`)).not.toBe(sumOf('VarChar', `${text}b`));
  const wide = Array.from({ length: 5_000 }, (_, n) => n);
  expect(sumOf('FloatVector', wide.with(4_999, 1))).not.toBe(sumOf('FloatVector', wide));
  expect(sumOf('FloatVector', wide)).toBe(sumOf('FloatVector', wide));
});

test('JSON is what it means: spaces, order and forms of numbers do not count, large whole numbers do', () => {
  expect(canonicalJson('{"b": [1.0, 2], "a": "\\u00fc"}')).toBe(canonicalJson('{"a":"ü","b":[1,2]}'));
  expect(canonicalJson('{"a":1}')).not.toBe(canonicalJson('{"a":"1"}'));
  expect(canonicalJson('[9007199254740993]')).not.toBe(canonicalJson('[9007199254740992]'));
  expect(canonicalJson('no json')).toBe('no json');
});
