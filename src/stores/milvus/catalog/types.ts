import { DrError } from '../../../domain/errors.ts';
import type { Definition, Field } from '../meta.ts';

/** A type of field: how its values travel in `schema.FieldData`, and as what they stand in Parquet. */
export interface Type {
  /** Of `ScalarField` or `VectorField`. */
  slot: string;
  holds: 'flag' | 'whole' | 'long' | 'real' | 'text' | 'json' | 'list' | 'floats' | 'bits' | 'bytes' | 'sparse';
  /** Bytes of one element of a vector's bytes. */
  elementBytes?: number;
}

/** Every type of field that sets can hold. A type that is not here is refused before anything is done. */
export const types: Readonly<Record<string, Type>> = {
  Bool: { slot: 'bool_data', holds: 'flag' },
  Int8: { slot: 'int_data', holds: 'whole' },
  Int16: { slot: 'int_data', holds: 'whole' },
  Int32: { slot: 'int_data', holds: 'whole' },
  Int64: { slot: 'long_data', holds: 'long' },
  Float: { slot: 'float_data', holds: 'real' },
  Double: { slot: 'double_data', holds: 'real' },
  VarChar: { slot: 'string_data', holds: 'text' },
  Geometry: { slot: 'geometry_wkt_data', holds: 'text' },
  Timestamptz: { slot: 'string_data', holds: 'text' },
  JSON: { slot: 'json_data', holds: 'json' },
  Array: { slot: 'array_data', holds: 'list' },
  FloatVector: { slot: 'float_vector', holds: 'floats' },
  BinaryVector: { slot: 'binary_vector', holds: 'bits' },
  Float16Vector: { slot: 'float16_vector', holds: 'bytes', elementBytes: 2 },
  BFloat16Vector: { slot: 'bfloat16_vector', holds: 'bytes', elementBytes: 2 },
  Int8Vector: { slot: 'int8_vector', holds: 'bytes', elementBytes: 1 },
  SparseFloatVector: { slot: 'sparse_float_vector', holds: 'sparse' },
};

/** Types of the elements of an array. */
const elements = ['Bool', 'Int8', 'Int16', 'Int32', 'Int64', 'Float', 'Double', 'VarChar'];

/** What Milvus Lite has no such field for. */
const notInLite = ['BinaryVector', 'Float16Vector', 'BFloat16Vector', 'Int8Vector'];

export const isVector = ({ data_type }: Field): boolean => data_type.endsWith('Vector');

export const settingOf = (field: Field, key: string): string | undefined =>
  field.type_params.find((one) => one.key === key)?.value;

export const dimensionsOf = (field: Field): number => Number(settingOf(field, 'dim') ?? 0);

/** Bytes of one vector where its type has a fixed length. */
export const vectorBytes = (field: Field): number => {
  const { holds, elementBytes = 4 } = types[field.data_type]!;
  return holds === 'bits' ? dimensionsOf(field) / 8 : dimensionsOf(field) * elementBytes;
};

/** What rows have beside the fields of the schema, as one JSON object. */
const dynamic = {
  name: '$meta',
  data_type: 'JSON',
  element_type: 'None',
  is_primary_key: false,
  autoID: false,
  nullable: false,
  is_dynamic: true,
  is_partition_key: false,
  is_function_output: false,
  default_value: null,
  type_params: [],
} as const satisfies Field;

/** Fields whose values a set holds: what a function computes is computed again. */
export const heldFields = ({ schema }: Pick<Definition, 'schema'>): readonly Field[] => [
  ...schema.fields.filter(({ is_function_output }) => !is_function_output),
  ...(schema.enable_dynamic_field ? [dynamic] : []),
];

const knows = ({ data_type, element_type }: Field): boolean =>
  data_type === 'Array' ? elements.includes(element_type) : Object.hasOwn(types, data_type);

/** @throws DrError `not-supported` that names every field of a type that sets cannot hold, or this server cannot have */
export const refuseUnknownTypes = (
  definitions: readonly Pick<Definition, 'name' | 'schema'>[],
  version: string,
): void => {
  const isLite = version.includes('lite');
  const strange = definitions.flatMap(({ name, schema }) => [
    ...schema.fields
      .filter((field) => !knows(field) || (isLite && notInLite.includes(field.data_type)))
      .map(
        (field) =>
          `${name}.${field.name} (${field.data_type}${field.data_type === 'Array' ? ` of ${field.element_type}` : ''})`,
      ),
    ...schema.struct_array_fields.map((field) => `${name}.${field.name} (array of structs)`),
  ]);
  if (strange.length === 0) return;
  throw new DrError(
    'not-supported',
    `fields of a type that ${isLite ? 'Milvus Lite does not have or ' : ''}sets cannot hold: ${strange.join(', ')}`,
    'leave those collections out (--except)',
  );
};
