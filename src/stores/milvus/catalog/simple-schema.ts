import type { Field, Schema } from '../meta.ts';

/** A collection of our own: its fields, and a vector of two dimensions, since Milvus has no collection without one. */
export const simpleSchema = (fields: readonly Partial<Field>[]): Schema => ({
  fields: [
    ...fields,
    { name: 'nothing', data_type: 'FloatVector', type_params: [{ key: 'dim', value: '2' }] },
  ] as Field[],
  enable_dynamic_field: false,
  autoID: false,
  functions: [],
  struct_array_fields: [],
});
