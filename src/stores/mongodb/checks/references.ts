import { Binary, Decimal128, type Document, Int32, Long, ObjectId, UUID } from 'mongodb';

/** `items.product` of an array of items: each part of the way may be an array. */
const prefixes = (path: string): string[] => path.split('.').map((_, n, parts) => parts.slice(0, n + 1).join('.'));

/** One document for each element of every array on the way to the columns: a reference is in each of them. */
export const unwound = (columns: readonly string[]): Document[] =>
  [...new Set(columns.flatMap(prefixes))].map((path) => ({
    $unwind: { path: `$${path}`, preserveNullAndEmptyArrays: true },
  }));

/** Columns as `c0`, `c1`; null where there is none. */
export const named = (columns: readonly string[]): Document => ({
  $project: { _id: 0, ...Object.fromEntries(columns.map((column, n) => [`c${n}`, { $ifNull: [`$${column}`, null] }])) },
});

/** As another store writes the same key: see `Checks.keys`. */
export const keyText = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof UUID) return value.toHexString();
  if (value instanceof Binary) {
    return value.sub_type === Binary.SUBTYPE_UUID ? value.toUUID().toHexString() : value.toString('base64');
  }
  if (value instanceof Long || value instanceof Decimal128 || value instanceof Int32) return value.toString();
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
