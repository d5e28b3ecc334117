import { DrError, isDrError } from '../../../domain/errors.ts';
import { fullName, isLoaded } from '../catalog/read-catalog.ts';
import { heldFields, isVector, vectorBytes } from '../catalog/types.ts';
import type { Message, Operation } from '../connection/session.ts';
import { type Definition, primaryOf } from '../meta.ts';
import { decodeColumn, type Page, type Value, weighAll } from './values.ts';

/** What it takes to read rows. */
export type Readable = Pick<Definition, 'name' | 'schema'>;

/** Most rows that Milvus answers one query with. */
const mostRows = 16_384;
const pageBytes = 4 << 20;

/** `"` and what would end a line are written as Milvus' filters read them. */
const literal = (key: Value): string =>
  typeof key === 'string'
    ? `"${key.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`
    : String(key);

const firstRows = (definition: Readable): number => {
  const bytes = definition.schema.fields.reduce((sum, field) => sum + (isVector(field) ? vectorBytes(field) : 64), 0);
  return clamp(pageBytes / bytes / 2);
};

const clamp = (rows: number): number => Math.max(1, Math.min(mostRows, Math.floor(rows)));

const readPage = async (
  operation: Operation,
  definition: Readable,
  partition: string | null,
  after: Value | undefined,
  limit: number,
): Promise<Page> => {
  const fields = heldFields(definition);
  const key = primaryOf(definition).name;
  const answer: Message = await operation
    .call('Query', {
      collection_name: fullName(operation, definition.name),
      expr: after === undefined ? '' : `${key} > ${literal(after)}`,
      output_fields: fields.map(({ name }) => name),
      partition_names: partition === null ? [] : [partition],
      consistency_level: 'Strong',
      use_default_consistency: false,
      query_params: [
        { key: 'limit', value: String(limit) },
        { key: 'iterator', value: 'True' },
        { key: 'reduce_stop_for_best', value: 'True' },
      ],
    })
    .catch((error: unknown) => {
      if (!isDrError(error) || error.kind !== 'missing') throw error;
      const what = `${JSON.stringify(definition.name)}${partition === null ? '' : `, partition ${JSON.stringify(partition)},`}`;
      throw new DrError(
        'missing',
        `collection ${what} was dropped while it was read`,
        'begin again: what is there then is taken',
      );
    });
  const found = new Map((answer.fields_data as Message[]).map((data) => [data.field_name || '$meta', data]));
  const keys = decodeColumn(found.get(key), primaryOf(definition), -1);
  const rows = keys.length;
  const columns = new Map(fields.map((field) => [field.name, decodeColumn(found.get(field.name), field, rows)]));
  return { rows, columns, bytes: weighAll(columns) };
};

/** Every row of a partition, or of all where a key chooses it, in the order of primary keys: the next page is on its way. */
export const readPages = async function* (
  operation: Operation,
  definition: Readable,
  partition: string | null,
): AsyncIterable<Page> {
  const key = primaryOf(definition).name;
  let limit = firstRows(definition);
  let coming: Promise<Page> | null = readPage(operation, definition, partition, undefined, limit);
  while (coming !== null) {
    const page: Page = await coming;
    const isLast = page.rows < limit;
    if (page.rows > 0) limit = Math.min(clamp(pageBytes / (page.bytes / page.rows)), limit * 4);
    coming = isLast ? null : readPage(operation, definition, partition, page.columns.get(key)!.at(-1), limit);
    coming?.catch(() => {});
    if (page.rows > 0) yield page;
  }
};

/**
 * Milvus reads nothing that is not in memory: a collection that was not is loaded for as long as `body` takes. Killed half-way,
 * it stays loaded.
 * @throws DrError `not-supported` when it cannot be loaded
 */
export const whileLoaded = async <T>(operation: Operation, name: string, body: () => Promise<T>): Promise<T> => {
  if (await isLoaded(operation, name)) return body();
  const collection_name = fullName(operation, name);
  await operation.call('LoadCollection', { collection_name, replica_number: 1 }).catch((error: unknown) => {
    if (!isDrError(error) || Number(error.facts.code) !== 700) throw error;
    throw new DrError(
      'not-supported',
      `collection ${JSON.stringify(name)} has no index on its vectors: Milvus cannot load it, and nobody can read its rows`,
      'make an index on each of its vectors, or leave it out (--except)',
    );
  });
  try {
    return await body();
  } finally {
    const released = operation.session.request('ReleaseCollection', { collection_name }, new AbortController().signal);
    await Promise.race([released.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500).unref())]);
  }
};
