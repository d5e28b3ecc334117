import { DrError } from '../../domain/errors.ts';
import { type OrderedDocument, plain, readOrdered, writeOrdered } from './bson/ordered.ts';
import { codeOf } from './connection/failure.ts';
import type { Namespace, Session } from './connection/session.ts';
import { isUsersCollection, isUsersDatabase, objectOf } from './names.ts';

/** One collection or view as the server lists it. */
export interface Listed extends Namespace {
  /** As filters and fingerprints name it. */
  name: string;
  type: string;
  options: OrderedDocument;
  /** Hexadecimal; null where the server gives none. Another one under the same name is another collection. */
  uuid: string | null;
}

const databasesOf = async (session: Session): Promise<string[]> => {
  if (session.address.database !== null) return [session.address.database];
  const { databases } = await session.db('admin').command({ listDatabases: 1, nameOnly: true });
  return (databases as { name: string }[]).map(({ name }) => name).filter(isUsersDatabase);
};

const isDocument = (value: unknown): value is OrderedDocument => value instanceof Map;

const readListed = (session: Session, database: string, raw: Uint8Array): Listed => {
  const entry = readOrdered(raw);
  const collection = String(entry.get('name'));
  const options = entry.get('options');
  const info = entry.get('info');
  const uuid = isDocument(info) ? info.get('uuid') : null;
  return {
    database,
    collection,
    name: objectOf(session, { database, collection }),
    type: String(entry.get('type') ?? 'collection'),
    options: isDocument(options) ? options : new Map(),
    uuid:
      uuid && typeof uuid === 'object' && 'toString' in uuid
        ? (uuid as { toString(as: 'hex'): string }).toString('hex')
        : null,
  };
};

/** Users' collections and views, by name. */
export const listCollections = async (session: Session): Promise<Listed[]> => {
  const listed: Listed[] = [];
  for (const database of await databasesOf(session)) {
    const cursor = session.db(database).listCollections({}, { raw: true, nameOnly: false });
    for await (const raw of cursor) listed.push(readListed(session, database, raw as unknown as Uint8Array));
  }
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return listed.filter(({ collection }) => isUsersCollection(collection)).sort((a, b) => order(a.name, b.name));
};

/** Definitions of the indexes of a collection but of that on `_id` that every collection has. */
export const listIndexes = async (
  session: Session,
  { database, collection }: Namespace,
): Promise<OrderedDocument[]> => {
  const cursor = session.db(database).collection(collection).listIndexes({ raw: true });
  const indexes: OrderedDocument[] = [];
  for await (const raw of cursor) indexes.push(readOrdered(raw as unknown as Uint8Array));
  return indexes
    .filter((index) => index.get('name') !== '_id_' && index.get('clustered') === undefined)
    .map((index) => new Map([...index].filter(([name]) => name !== 'ns' && name !== 'background')));
};

/** As the server estimates it. */
export interface Size {
  rows: number;
  bytes: number;
}

/** Of what has no size, or none that is known. */
export const noSize: Size = { rows: 0, bytes: 0 };

/** @returns null when there is no such collection, or nothing is known of its size */
export const sizeOf = async (session: Session, { database, collection }: Namespace): Promise<Size | null> => {
  try {
    const { count, size } = await session.db(database).command({ collStats: collection });
    return { rows: Number(count ?? 0), bytes: Number(size ?? 0) };
  } catch (error) {
    if (codeOf(error) === 26 || codeOf(error) === 166) return null;
    throw error;
  }
};

const knownOptions: ReadonlySet<string> = new Set([
  'capped',
  'size',
  'max',
  'validator',
  'validationLevel',
  'validationAction',
  'collation',
  'timeseries',
  'expireAfterSeconds',
  'clusteredIndex',
  'changeStreamPreAndPostImages',
  'recordPreImages',
  'storageEngine',
  'indexOptionDefaults',
  'viewOn',
  'pipeline',
  'comment',
  // Of the server itself, and left to it.
  'uuid',
  'autoIndexId',
  'flags',
  'temp',
]);

const knownTypes: ReadonlySet<string> = new Set(['collection', 'timeseries', 'view']);

const knownKeys: ReadonlySet<unknown> = new Set(['hashed', 'text', '2d', '2dsphere']);

const unknownOf = (listed: Listed, indexes: readonly OrderedDocument[]): string[] => [
  ...(knownTypes.has(listed.type) ? [] : [`type ${listed.type}`]),
  ...[...listed.options.keys()].filter((option) => !knownOptions.has(option)).map((option) => `option ${option}`),
  ...indexes.flatMap((index) => {
    const keys = index.get('key');
    const types = isDocument(keys) ? [...keys.values()].map(plain) : ['no key'];
    return types
      .filter((type) => typeof type !== 'number' && !knownKeys.has(type))
      .map((type) => `index ${JSON.stringify(index.get('name'))} of type ${String(type)}`);
  }),
];

/** @throws DrError `not-supported`: what a set would not bring back is named before anything is written */
export const refuseUnknown = (listed: Listed, indexes: readonly OrderedDocument[]): void => {
  const unknown = unknownOf(listed, indexes);
  if (unknown.length === 0) return;
  throw new DrError(
    'not-supported',
    `collection ${JSON.stringify(listed.name)} has what this version cannot bring back: ${unknown.join(', ')}`,
    'leave the collection out (--except), or back it up by other means',
  );
};

/** Options as `create` takes them. */
export const creating = (options: OrderedDocument): OrderedDocument =>
  new Map([...options].filter(([name]) => !['uuid', 'autoIndexId', 'flags', 'temp'].includes(name)));

export const toBase64 = (document: OrderedDocument): string => Buffer.from(writeOrdered(document)).toString('base64');

export const fromBase64 = (text: string): OrderedDocument => readOrdered(Buffer.from(text, 'base64'));
