import type { Canary } from '../../domain/loss.ts';
import { askLoaded, makeAskable } from './catalog/own.ts';
import { fullName } from './catalog/read-catalog.ts';
import { simpleSchema } from './catalog/simple-schema.ts';
import { instantOf } from './connection/clock.ts';
import type { Operation } from './connection/session.ts';
import { canaryCollection } from './meta.ts';

const schema = simpleSchema([
  { name: 'seq', data_type: 'Int64', is_primary_key: true },
  { name: 'at', data_type: 'VarChar', type_params: [{ key: 'max_length', value: '40' }] },
]);

/** Its time is that of the write in the order of the server's writes; of a server that has no such order, ours. */
export const writeCanary = async (operation: Operation, seq: number): Promise<Canary> => {
  await makeAskable(operation, canaryCollection, schema);
  const ours = new Date().toISOString();
  const { timestamp } = await operation.call('Upsert', {
    collection_name: fullName(operation, canaryCollection),
    num_rows: 1,
    fields_data: [
      { type: 'Int64', field_name: 'seq', scalars: { long_data: { data: [String(seq)] } } },
      { type: 'VarChar', field_name: 'at', scalars: { string_data: { data: [ours] } } },
      { type: 'FloatVector', field_name: 'nothing', vectors: { dim: 2, float_vector: { data: Buffer.alloc(8) } } },
    ],
  });
  return { seq, at: Number(timestamp ?? 0) === 0 ? ours : instantOf(timestamp) };
};

/** A canary stands for a moment: the newest sixteen thousand are looked at. */
const most = 16_000;

export const presentCanaries = async (operation: Operation): Promise<number[]> => {
  const answer = await askLoaded(operation, canaryCollection, {
    expr: 'seq >= 0',
    output_fields: ['seq'],
    query_params: [{ key: 'limit', value: String(most) }],
  });
  if (answer === null) return [];
  const found = answer.fields_data.find(({ field_name }: { field_name: string }) => field_name === 'seq');
  return ((found?.scalars?.long_data?.data ?? []) as string[]).map(Number).sort((a, b) => a - b);
};
