import type { SearchCheck } from '../../../domain/checks.ts';
import { type Found, red } from '../../found.ts';
import { fullName } from '../catalog/read-catalog.ts';
import { dimensionsOf } from '../catalog/types.ts';
import { encodeMessage, typeOf } from '../connection/protocol.ts';
import type { Message, Operation } from '../connection/session.ts';
import { type Definition, type Field, primaryOf } from '../meta.ts';
import { whileLoaded } from '../rows/read-pages.ts';
import { decodeColumn } from '../rows/values.ts';
import { fieldOf, findCollection } from './find-collection.ts';

const literal = (field: Field, key: string): string => (field.data_type === 'VarChar' ? JSON.stringify(key) : key);

const isLiteral = (field: Field, key: string): boolean => field.data_type === 'VarChar' || /^-?\d+$/.test(key);

/** The vector of a row. Null when there is no such row, or it has none. */
const vectorOf = async (
  operation: Operation,
  of: Definition,
  check: SearchCheck,
  key: string,
): Promise<Float32Array | null> => {
  const [keyField, field] = [fieldOf(of, check.key)!, fieldOf(of, check.column)!];
  if (!isLiteral(keyField, key)) return null;
  const { fields_data: found } = await operation.call('Query', {
    collection_name: fullName(operation, of.name),
    expr: `${check.key} == ${literal(keyField, key)}`,
    output_fields: [primaryOf(of).name, check.column],
    consistency_level: 'Strong',
    use_default_consistency: false,
    query_params: [{ key: 'limit', value: '1' }],
  });
  const data = (found as Message[]).find(({ field_name }) => field_name === check.column);
  const [vector = null] = decodeColumn(data, field, -1);
  return vector as Float32Array | null;
};

/** One vector of floats to search near. */
const placeholder = (vector: readonly number[] | Float32Array): Uint8Array =>
  encodeMessage(typeOf('milvus.proto.common.PlaceholderGroup'), {
    placeholders: [{ tag: '$0', type: 'FloatVector', values: [Buffer.from(Float32Array.from(vector).buffer)] }],
  });

/** Keys of the rows that are nearest, as users would be given them. */
const nearest = async (
  operation: Operation,
  of: Definition,
  check: SearchCheck,
  vector: readonly number[] | Float32Array,
): Promise<string[]> => {
  const { results } = await operation.call('Search', {
    collection_name: fullName(operation, of.name),
    dsl: '',
    dsl_type: 'BoolExprV1',
    placeholder_group: placeholder(vector),
    nq: '1',
    output_fields: [check.key],
    consistency_level: 'Strong',
    use_default_consistency: false,
    search_params: Object.entries({
      anns_field: check.column,
      topk: String(check.limit),
      metric_type: check.metric.toUpperCase(),
      params: '{}',
      round_decimal: '-1',
    }).map(([key, value]) => ({ key, value })),
  });
  if (check.key === primaryOf(of).name) {
    return ((results?.ids?.str_id?.data ?? results?.ids?.int_id?.data ?? []) as (string | number)[]).map(String);
  }
  const data = ((results?.fields_data ?? []) as Message[]).find(({ field_name }) => field_name === check.key);
  return decodeColumn(data, fieldOf(of, check.key)!, -1).map(String);
};

/** A search through the index finds these rows. */
export const search = async (operation: Operation, check: SearchCheck): Promise<Found> => {
  const expected = `${check.hits.length} of ${check.hits.length} hits among ${check.limit}`;
  const collection = await findCollection(operation, check.of);
  if (collection === null) return red(expected, `there is no ${check.of}`);
  const field = fieldOf(collection, check.column);
  const absent = [check.column, check.key].find((name) => fieldOf(collection, name) === undefined);
  if (field === undefined || absent !== undefined) return red(expected, `there is no ${absent}`);
  if (field.data_type !== 'FloatVector') {
    return {
      state: 'not measured',
      expected,
      found: `${check.column} is a ${field.data_type}, and vectors of floats are searched for`,
    };
  }
  return whileLoaded(operation, check.of, async () => {
    const vector =
      'vector' in check.near ? [...check.near.vector] : await vectorOf(operation, collection, check, check.near.key);
    if (vector === null) return red(expected, 'there is no row to search near');
    if (vector.length !== dimensionsOf(field))
      return red(expected, `${check.column} has ${dimensionsOf(field)} dimensions`);
    const found = await nearest(operation, collection, check, vector);
    const hit = check.hits.filter((key) => found.includes(key)).length;
    const says = `${hit} of ${check.hits.length} hits among ${found.length}`;
    return hit === check.hits.length ? { state: 'green', expected, found: says } : red(expected, says);
  });
};
