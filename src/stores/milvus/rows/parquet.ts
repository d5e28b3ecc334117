import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer';
import { DrError } from '../../../domain/errors.ts';
import { types, vectorBytes } from '../catalog/types.ts';
import type { Field } from '../meta.ts';
import { cutPage, type Page, type Value } from './values.ts';

type Element = Omit<SchemaElement, 'name'>;

const texts: Element = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };

const whole: Readonly<Record<string, Element>> = {
  Int8: { type: 'INT32', converted_type: 'INT_8' },
  Int16: { type: 'INT32', converted_type: 'INT_16' },
  Int32: { type: 'INT32' },
};

const plain = (type: string): Element => {
  switch (types[type]!.holds) {
    case 'flag':
      return { type: 'BOOLEAN' };
    case 'whole':
      return whole[type]!;
    case 'long':
      return { type: 'INT64' };
    case 'real':
      return { type: type === 'Float' ? 'FLOAT' : 'DOUBLE' };
    default:
      return texts;
  }
};

/** A list of three levels, as the format's own rules write it. */
const list = (name: string, repetition_type: 'REQUIRED' | 'OPTIONAL', element: Element): SchemaElement[] => [
  { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'REQUIRED', ...element },
];

const elementsOf = (field: Field): SchemaElement[] => {
  const { name } = field;
  const repetition_type = field.nullable ? 'OPTIONAL' : 'REQUIRED';
  switch (types[field.data_type]!.holds) {
    case 'floats':
      return list(name, repetition_type, { type: 'FLOAT' });
    case 'list':
      return list(name, repetition_type, plain(field.element_type));
    case 'bits':
    case 'bytes':
      return [{ name, repetition_type, type: 'FIXED_LEN_BYTE_ARRAY', type_length: vectorBytes(field) }];
    case 'sparse':
      return [{ name, repetition_type, type: 'BYTE_ARRAY' }];
    default:
      return [{ name, repetition_type, ...plain(field.data_type) }];
  }
};

/** A row group holds about so much: the writer needs twenty times of it, as vectors are lists with levels to it. */
const groupBytes = 128 << 10;

/** Lists are arrays to the writer. */
const listed = (value: Value): Value => (value instanceof Float32Array ? Array.from(value) : value);

/**
 * Rows as a Parquet file, some of them a row group. Nothing is compressed: the vault does that. Statistics are left
 * out, so that a value is nowhere but in its column.
 */
export const writeParquet = async function* (
  fields: readonly Field[],
  pages: AsyncIterable<Page>,
): AsyncIterable<Uint8Array> {
  const elements = fields.map(elementsOf);
  const schema: SchemaElement[] = [{ name: 'schema', num_children: fields.length }, ...elements.flat()];
  const waiting: Uint8Array[] = [];
  const writer = new ByteWriter(1 << 16) as ByteWriter & { index: number };
  const take = (): Uint8Array[] => {
    waiting.push(writer.getBytes().slice());
    writer.index = 0;
    return waiting.splice(0);
  };
  const file = new ParquetWriter({
    writer,
    schema,
    codec: 'UNCOMPRESSED',
    statistics: false,
    createdBy: 'dr-runbooks',
  });
  for await (const page of pages) {
    for (const { rows, columns } of cutPage(page, groupBytes)) {
      const columnData = fields.map(
        ({ name }): ColumnSource => ({
          name,
          data: columns.get(name)!.map(listed) as unknown as ColumnSource['data'],
          encoding: 'PLAIN',
          offsetIndex: false,
        }),
      );
      await file.write({ columnData, rowGroupSize: rows });
      yield* take();
    }
  }
  await file.finish();
  yield* take();
};

const packed = ({ data_type }: Field, value: unknown): Value =>
  types[data_type]!.holds === 'floats' && Array.isArray(value) ? Float32Array.from(value) : ((value ?? null) as Value);

/** Every row of such a file, read by groups: as lists, vectors take several times their bytes. @throws DrError `damaged` when it is none */
export const readParquet = async (fields: readonly Field[], bytes: Uint8Array): Promise<Page> => {
  const { buffer, byteOffset, byteLength } = bytes;
  const file: AsyncBuffer = {
    byteLength,
    slice: (from, to = byteLength) => buffer.slice(byteOffset + from, byteOffset + to) as ArrayBuffer,
  };
  try {
    const metadata = await parquetMetadataAsync(file);
    const columns = new Map(fields.map(({ name }): [string, Value[]] => [name, []]));
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows);
      const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, utf8: false });
      for (const field of fields) {
        const values = columns.get(field.name)!;
        for (const row of rows) values.push(packed(field, row[field.name]));
      }
      rowStart = rowEnd;
    }
    return { rows: rowStart, columns, bytes: byteLength };
  } catch (error) {
    throw new DrError(
      'damaged',
      `rows are not a Parquet file that can be read: ${(error as Error).message}`,
      'restore another set',
    );
  }
};
