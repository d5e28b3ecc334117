import { Int32 } from 'mongodb';
import { type OrderedDocument, toExtendedJson } from './bson/ordered.ts';
import type { Listed } from './catalog.ts';

const idIndex: OrderedDocument = new Map<string, unknown>([
  ['v', new Int32(2)],
  ['key', new Map([['_id', new Int32(1)]])],
  ['name', '_id_'],
]);

/**
 * What `mongodump` writes beside the documents of a collection, and `mongorestore` reads: canonical Extended JSON.
 * https://github.com/mongodb/mongo-tools/blob/master/mongodump/metadata_dump.go
 */
export const metadataJson = (of: Listed, indexes: readonly OrderedDocument[]): Uint8Array => {
  const hasIdIndex = of.type === 'collection' && !of.options.has('clusteredIndex');
  const metadata = new Map<string, unknown>([
    ['options', of.options],
    ['indexes', [...(hasIdIndex ? [idIndex] : []), ...indexes]],
    ...(of.uuid === null ? [] : [['uuid', of.uuid] as const]),
    ['collectionName', of.collection],
    ['type', of.type],
  ]);
  return Buffer.from(`${toExtendedJson(metadata)}\n`);
};
