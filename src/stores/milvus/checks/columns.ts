import type { ColumnsCheck } from '../../../domain/checks.ts';
import { type Found, red } from '../../found.ts';
import { isVector, settingOf } from '../catalog/types.ts';
import type { Operation } from '../connection/session.ts';
import type { Field } from '../meta.ts';
import { fieldOf, findCollection } from './find-collection.ts';

/** `VarChar(200)`, `FloatVector(384)`, `Array of Int64`, `JSON` */
const printType = (field: Field): string => {
  if (field.data_type === 'Array') return `Array of ${field.element_type}`;
  const size = isVector(field) ? settingOf(field, 'dim') : settingOf(field, 'max_length');
  return size === undefined ? field.data_type : `${field.data_type}(${size})`;
};

/** The collection has these fields. */
export const columns = async (operation: Operation, check: ColumnsCheck): Promise<Found> => {
  const print = (type: string | undefined, notNull: boolean): string =>
    `${type ?? 'any type'}${notNull ? ' not null' : ''}`;
  const expected = check.columns.map(({ name, type, notNull }) => `${name} ${print(type, notNull)}`).join(', ');
  const collection = await findCollection(operation, check.of);
  if (collection === null) return red(expected, `there is no ${check.of}`);
  const wrong = check.columns.flatMap(({ name, type, notNull }) => {
    const field = fieldOf(collection, name);
    if (field === undefined) return [`no ${name}`];
    const isFit = (type === undefined || type === printType(field)) && !(notNull && field.nullable);
    return isFit ? [] : [`${name} ${print(printType(field), !field.nullable)}`];
  });
  if (wrong.length > 0) return red(expected, wrong.join(', '));
  return { state: 'green', expected, found: 'as expected' };
};
