import type { Namespace } from './connection/session.ts';

/**
 * Where the documents of a collection lie. A time series keeps them in buckets, which have an `_id` and their own bytes;
 * the measurements one reads have neither.
 */
export const documentsIn = ({ database, collection, type }: Namespace & { type: string }): Namespace => ({
  database,
  collection: type === 'timeseries' ? `system.buckets.${collection}` : collection,
});
