import type { IndexCheck } from '../../../domain/checks.ts';
import { type Found, red } from '../../found.ts';
import type { Operation } from '../connection/session.ts';
import type { Index } from '../meta.ts';
import { findCollection } from './find-collection.ts';

/** All settings of an index, those that some servers print as one JSON object taken apart. */
const optionsOf = ({ settings }: Index): Readonly<Record<string, string>> => {
  const plain = Object.fromEntries(settings.map(({ key, value }) => [key, value]));
  const { params, ...rest } = plain;
  if (params === undefined) return rest;
  const inside = Object.entries(JSON.parse(params) as object).map(([key, value]) => [key, String(value)]);
  return { ...Object.fromEntries(inside), ...rest };
};

const print = (index: Index): string => {
  const { index_type = 'no type', ...rest } = optionsOf(index);
  const more = Object.entries(rest).map(([key, value]) => `${key} ${value}`);
  return `${index_type} on ${index.field}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
};

/** The collection has an index of this type and these parameters on this field: `method` and `options`. */
export const index = async (operation: Operation, check: IndexCheck): Promise<Found> => {
  const { of, keys, method, options = {}, isUnique, include, where } = check;
  const [key, ...others] = keys;
  const column = key !== undefined && 'column' in key ? key.column : null;
  const wanted = Object.entries(options).map(([name, value]) => `${name} ${value}`);
  const expected = `${method} on ${column ?? 'an expression'}${wanted.length > 0 ? ` (${wanted.join(', ')})` : ''}`;
  const collection = await findCollection(operation, of);
  if (collection === null) return red(expected, `there is no ${of}`);
  if (column === null || others.length > 0 || isUnique || include.length > 0 || where !== undefined) {
    return red(expected, 'indexes of Milvus are of one field, not unique, and of all rows');
  }
  const found = collection.indexes.filter(({ field }) => field === column);
  const isFit = (one: Index): boolean => {
    const has = optionsOf(one);
    return (
      has.index_type?.toLowerCase() === method.toLowerCase() &&
      Object.entries(options).every(([name, value]) => has[name]?.toLowerCase() === String(value).toLowerCase())
    );
  };
  if (found.some(isFit)) return { state: 'green', expected, found: 'as expected' };
  return red(expected, found.length === 0 ? `no index on ${column}` : found.map(print).join('; '));
};
