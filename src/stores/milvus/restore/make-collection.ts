import { encodeSchema } from '../catalog/encode-schema.ts';
import { fullName } from '../catalog/read-catalog.ts';
import type { Operation } from '../connection/session.ts';
import type { Definition } from '../meta.ts';

/** Makes a collection as it was, empty and without indexes. One that is there (made by a process that was killed) goes first. */
export const makeCollection = async (operation: Operation, definition: Definition): Promise<void> => {
  const { name, schema, shards, consistency, properties, partitions, keyedPartitions } = definition;
  const collection_name = fullName(operation, name);
  await dropCollection(operation, name);
  await operation.call('CreateCollection', {
    collection_name,
    schema: encodeSchema(collection_name, schema),
    shards_num: shards,
    consistency_level: consistency,
    properties,
    ...(keyedPartitions === 0 ? {} : { num_partitions: String(keyedPartitions) }),
  });
  for (const partition_name of partitions) await operation.call('CreatePartition', { collection_name, partition_name });
};

/** One that is not there is gone already. */
export const dropCollection = async (operation: Operation, name: string): Promise<void> => {
  const collection_name = fullName(operation, name);
  const { value: isThere } = await operation.call('HasCollection', { collection_name });
  if (isThere) await operation.call('DropCollection', { collection_name });
};
