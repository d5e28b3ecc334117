import pLimit from 'p-limit';
import type { Message, Operation } from '../connection/session.ts';
import {
  canaryCollection,
  type Definition,
  defaultPartition,
  type Field,
  isKeyed,
  ownCollection,
  placeCollection,
  type Schema,
  type Setting,
} from '../meta.ts';

const indexNotFound = [11, 700];

/** The name in the server of what the place calls so. */
export const fullName = ({ session }: Operation, name: string): string => session.address.prefix + name;

const strip = ({ session }: Operation, name: string): string | null => {
  const { prefix } = session.address;
  return name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : null;
};

/** Names of the collections of the place, sorted: without the product's own, and without places that were made inside it. */
export const listCollections = async (operation: Operation): Promise<string[]> => {
  const { collection_names: all } = await operation.call('ShowCollections', { type: 'All' });
  const names = (all as string[]).map((name) => strip(operation, name)).filter((name) => name !== null);
  const inside = names
    .filter((name) => name !== placeCollection && name.endsWith(placeCollection))
    .map((name) => name.slice(0, -placeCollection.length));
  return names
    .filter((name) => !name.endsWith(ownCollection) && name !== placeCollection)
    .filter((name) => !inside.some((prefix) => name.startsWith(prefix)))
    .sort();
};

/** What the place calls a collection, and its aliases: those of the place, and others that lead into it from outside. */
const readAliases = async (operation: Operation, name: string): Promise<{ own: string[]; outside: string[] }> => {
  const { aliases } = await operation.call('ListAliases', { collection_name: fullName(operation, name) });
  const all = (aliases as string[]).toSorted();
  return {
    own: all.map((alias) => strip(operation, alias)).filter((alias): alias is string => alias !== null),
    outside: all.filter((alias) => strip(operation, alias) === null),
  };
};

const settings = (pairs: readonly Setting[] | null | undefined): Setting[] =>
  (pairs ?? []).map(({ key, value }) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));

export const isLoaded = async (operation: Operation, name: string): Promise<boolean> => {
  const { state } = await operation.call('GetLoadState', { collection_name: fullName(operation, name) });
  return state === 'LoadStateLoaded';
};

/** A collection as the server describes it, and its schema as sets keep it. @throws DrError `missing` */
const describe = async (operation: Operation, name: string): Promise<{ described: Message; schema: Schema }> => {
  const described: Message = await operation.call('DescribeCollection', { collection_name: fullName(operation, name) });
  const { fields, name: _name, dbName: _database, ...schema } = described.schema;
  const known = (fields as Field[]).filter(({ is_dynamic }) => !is_dynamic);
  return { described, schema: { ...schema, fields: known, struct_array_fields: schema.struct_array_fields ?? [] } };
};

/** What it takes to read the rows of a collection. @throws DrError `missing` */
export const readSchema = async (operation: Operation, name: string): Promise<Pick<Definition, 'name' | 'schema'>> => ({
  name,
  schema: (await describe(operation, name)).schema,
});

/** Everything about a collection but its rows. @throws DrError `missing` */
export const readDefinition = async (
  operation: Operation,
  name: string,
): Promise<Definition & { outside: readonly string[] }> => {
  const collection_name = fullName(operation, name);
  const { described, schema } = await describe(operation, name);
  const [partitions, indexes, aliases, loaded] = await Promise.all([
    operation.call('ShowPartitions', { collection_name }),
    operation.call('DescribeIndex', { collection_name }, { allows: indexNotFound }),
    readAliases(operation, name),
    isLoaded(operation, name),
  ]);
  const isByKey = isKeyed({ schema });
  const names = partitions.partition_names as string[];
  return {
    name,
    schema,
    shards: Math.max(1, Number(described.shards_num)),
    consistency: String(described.consistency_level),
    properties: settings(described.properties),
    partitions: isByKey ? [] : names.filter((one) => one !== defaultPartition).sort(),
    keyedPartitions: isByKey ? names.length : 0,
    indexes: ((indexes.index_descriptions ?? []) as Message[])
      .map(({ field_name, index_name, params }) => ({
        field: field_name,
        name: index_name,
        settings: settings(params),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    aliases: aliases.own,
    outside: aliases.outside,
    isLoaded: loaded,
  };
};

export const readDefinitions = async (
  operation: Operation,
  names: readonly string[],
): Promise<(Definition & { outside: readonly string[] })[]> => {
  const limit = pLimit(4);
  return Promise.all(names.map((name) => limit(() => readDefinition(operation, name))));
};

/** Rows as the server counts them now, with strong consistency; of a collection that is loaded. */
export const countRows = async (operation: Operation, name: string): Promise<number> => {
  const {
    fields_data: [counted],
  } = await operation.call('Query', {
    collection_name: fullName(operation, name),
    expr: '',
    output_fields: ['count(*)'],
    consistency_level: 'Strong',
    use_default_consistency: false,
  });
  return Number(counted.scalars.long_data.data[0]);
};

/** Names a filter selects of those that are there; canaries come along. */
export const withCanaries = (selected: readonly string[], all: readonly string[]): string[] =>
  all.filter((name) => selected.includes(name) || name === canaryCollection);
