import { DrError, isDrError } from '../../../domain/errors.ts';
import type { Message, Operation } from '../connection/session.ts';
import { ownCollection } from '../meta.ts';
import { encodeSchema } from './encode-schema.ts';
import { fullName } from './read-catalog.ts';
import { simpleSchema } from './simple-schema.ts';

const schema = simpleSchema([
  { name: 'id', data_type: 'VarChar', is_primary_key: true, type_params: [{ key: 'max_length', value: '1024' }] },
  { name: 'value', data_type: 'VarChar', type_params: [{ key: 'max_length', value: '65535' }] },
]);

/** Codes by which servers say that a collection is not loaded. */
const notLoaded = [101, 103];

/** Makes a small collection that can be asked at once. Killed half-way, it goes on the next time. */
export const makeAskable = async (operation: Operation, name: string, of: typeof schema): Promise<void> => {
  const collection_name = fullName(operation, name);
  const { value: isThere } = await operation.call('HasCollection', { collection_name });
  if (!isThere) {
    await operation
      .call('CreateCollection', {
        collection_name,
        schema: encodeSchema(collection_name, of),
        shards_num: 1,
        consistency_level: 'Strong',
      })
      .catch((error: unknown) => {
        if (!(isDrError(error) && /already exist/.test(error.message))) throw error;
      });
  }
  await operation
    .call('CreateIndex', {
      collection_name,
      field_name: 'nothing',
      index_name: 'nothing',
      extra_params: [
        { key: 'index_type', value: 'FLAT' },
        { key: 'metric_type', value: 'L2' },
      ],
    })
    .catch((error: unknown) => {
      if (!(isDrError(error) && /exist/.test(error.message))) throw error;
    });
  await operation.call('LoadCollection', { collection_name, replica_number: 1 });
};

/** Asks a small collection; one that a restart of the server has unloaded is loaded first. Null when there is none. */
export const askLoaded = async (operation: Operation, name: string, query: Message): Promise<Message | null> => {
  const collection_name = fullName(operation, name);
  const ask = (): Promise<Message> =>
    operation.call('Query', {
      collection_name,
      consistency_level: 'Strong',
      use_default_consistency: false,
      ...query,
    });
  try {
    return await ask();
  } catch (error) {
    if (!isDrError(error)) throw error;
    if (error.kind === 'missing') return null;
    if (!notLoaded.includes(Number(error.facts.code))) throw error;
    await operation.call('LoadCollection', { collection_name, replica_number: 1 });
    return ask();
  }
};

const textsOf = (answer: Message, name: string): string[] =>
  answer.fields_data.find((field: Message) => field.field_name === name)?.scalars?.string_data?.data ?? [];

const inList = (ids: readonly string[]): string => `id in [${ids.map((id) => JSON.stringify(id)).join(', ')}]`;

/** What the product wrote into the place: texts by their names. Names are letters, digits, `/` and `-`. */
export const readOwn = async (operation: Operation, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const answer = await askLoaded(operation, ownCollection, { expr: inList(ids), output_fields: ['id', 'value'] });
  if (answer === null) return new Map();
  const values = textsOf(answer, 'value');
  return new Map(textsOf(answer, 'id').map((id, n) => [id, values[n]!]));
};

const pageRows = 16_000;

/** Names that begin so. */
export const listOwn = async (operation: Operation, begin: string): Promise<string[]> => {
  const found: string[] = [];
  for (;;) {
    const after = found.at(-1) ?? '';
    const answer = await askLoaded(operation, ownCollection, {
      expr: `id like ${JSON.stringify(`${begin}%`)} and id > ${JSON.stringify(after)}`,
      output_fields: ['id'],
      query_params: [
        { key: 'limit', value: String(pageRows) },
        { key: 'iterator', value: 'True' },
        { key: 'reduce_stop_for_best', value: 'True' },
      ],
    });
    const page = answer === null ? [] : textsOf(answer, 'id').sort();
    found.push(...page);
    if (page.length < pageRows) return found;
  }
};

/** Writes or replaces one; makes what it is written into when the place is new. */
export const writeOwn = async (operation: Operation, id: string, value: string): Promise<void> => {
  try {
    await upsert(operation, id, value);
  } catch (error) {
    if (!isDrError(error) || error.kind !== 'missing') throw error;
    await makeAskable(operation, ownCollection, schema);
    await upsert(operation, id, value);
  }
};

const upsert = async (operation: Operation, id: string, value: string): Promise<void> => {
  await operation.call('Upsert', {
    collection_name: fullName(operation, ownCollection),
    num_rows: 1,
    fields_data: [
      { type: 'VarChar', field_name: 'id', scalars: { string_data: { data: [id] } } },
      { type: 'VarChar', field_name: 'value', scalars: { string_data: { data: [value] } } },
      { type: 'FloatVector', field_name: 'nothing', vectors: { dim: 2, float_vector: { data: Buffer.alloc(8) } } },
    ],
  });
};

export const removeOwn = async (operation: Operation, ids: readonly string[]): Promise<void> => {
  for (let at = 0; at < ids.length; at += 1_000) {
    await operation.call('Delete', {
      collection_name: fullName(operation, ownCollection),
      expr: inList(ids.slice(at, at + 1_000)),
      consistency_level: 'Strong',
    });
  }
};

/** @throws DrError `damaged` */
export const parseOwn = <T>(text: string, what: string): T => {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new DrError(
      'damaged',
      `the ${what} of the place is not what was written there`,
      `drop collection ${ownCollection}, and look at the place`,
    );
  }
};
