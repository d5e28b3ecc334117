/** A pair of Milvus' own settings. */
export interface Setting {
  key: string;
  value: string;
}

/** `schema.FieldSchema` of milvus-proto, as a server describes it. What is not named here is kept and given back. */
export interface Field {
  name: string;
  data_type: string;
  element_type: string;
  is_primary_key: boolean;
  autoID: boolean;
  nullable: boolean;
  is_dynamic: boolean;
  is_partition_key: boolean;
  is_function_output: boolean;
  default_value: object | null;
  type_params: readonly Setting[];
}

/** `schema.CollectionSchema` of milvus-proto. */
export interface Schema {
  fields: readonly Field[];
  enable_dynamic_field: boolean;
  autoID: boolean;
  functions: readonly { name: string }[];
  struct_array_fields: readonly { name: string }[];
}

export interface Index {
  field: string;
  name: string;
  settings: readonly Setting[];
}

/** All there is to a collection but its rows. */
export interface Definition {
  /** As it is in the place: without the prefix. */
  name: string;
  schema: Schema;
  shards: number;
  consistency: string;
  properties: readonly Setting[];
  /** Other than `_default`; none where a key chooses the partition. */
  partitions: readonly string[];
  /** How many there are where a key chooses; else 0. */
  keyedPartitions: number;
  indexes: readonly Index[];
  /** Without the prefix. */
  aliases: readonly string[];
  isLoaded: boolean;
}

/** Rows of one partition between two primary keys: the stream `data/<collection>/<chunk>`. */
export interface Chunk {
  /** Null where a key chooses it. */
  partition: string | null;
  rows: number;
  bytes: number;
}

/** What a Milvus set says about itself. */
export interface Meta {
  /** Of the server it was taken from. */
  version: string;
  collections: readonly (Definition & { chunks: readonly Chunk[] })[];
}

/** The collection that canaries are kept in: user data like any other. */
export const canaryCollection = 'dr_canary';

/** The product's own collection: mark, epoch and ledger. In no set, listing or fingerprint. */
export const ownCollection = 'dr_runbooks';

/** What a provider of places leaves where it made one. */
export const placeCollection = 'dr_place';

/** The partition that every collection has. */
export const defaultPartition = '_default';

export const primaryOf = ({ schema }: Pick<Definition, 'schema'>): Field =>
  schema.fields.find(({ is_primary_key }) => is_primary_key)!;

/** Does the server make the primary keys? */
export const hasAutoIds = (definition: Pick<Definition, 'schema'>): boolean =>
  primaryOf(definition).autoID || definition.schema.autoID;

/** Does the value of a field choose the partition of a row? */
export const isKeyed = ({ schema }: Pick<Definition, 'schema'>): boolean =>
  schema.fields.some(({ is_partition_key }) => is_partition_key);
