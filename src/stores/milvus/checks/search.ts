import { PlaceholderType } from '@zilliz/milvus2-sdk-node';
import type { SearchCheck } from '../../../domain/checks.ts';
import { fullName } from '../catalog/read-catalog.ts';
import { dimensionsOf } from '../catalog/types.ts';
import type { Message, Operation } from '../connection/session.ts';
import { type Definition, type Field, primaryOf } from '../meta.ts';
import { whileLoaded } from '../rows/read-pages.ts';
import { decodeColumn } from '../rows/values.ts';
import { type Found, fieldOf, findCollection, red } from './found.ts';

const literal = (field: Field, key: string): string => (field.data_type === 'VarChar' ? JSON.stringify(key) : key);

const isLiteral = (field: Field, key: string): boolean => field.data_type === 'VarChar' || /^-?\d+$/.test(key);

/** The vector of a row. Null when there is no such row, or it has none. */
const vectorOf = async (
  operation: Operation,
  of: Definition,
  check: SearchCheck,
  key: string,
): Promise<number[] | null> => {
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
  return vector as number[] | null;
};

/** `common.PlaceholderGroup` with one vector of floats: field 1, tag, type and bytes. */
const placeholder = (vector: readonly number[]): Uint8Array => {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [n, one] of vector.entries()) bytes.writeFloatLE(one, n * 4);
  const sized = (tag: number, body: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from([tag]), varint(body.length), body]);
  const type = Buffer.concat([Buffer.from([0x10]), varint(PlaceholderType.FloatVector)]);
  return sized(0x0a, Buffer.concat([sized(0x0a, Buffer.from('$0')), type, sized(0x1a, bytes)]));
};

const varint = (n: number): Buffer => {
  const bytes: number[] = [];
  for (let rest = n; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
};

/** Keys of the rows that are nearest, as users would be given them. */
const nearest = async (
  operation: Operation,
  of: Definition,
  check: SearchCheck,
  vector: readonly number[],
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
