import type { DimensionsCheck } from '../../../domain/checks.ts';
import { type Found, red } from '../../found.ts';
import { dimensionsOf, isVector } from '../catalog/types.ts';
import type { Operation } from '../connection/session.ts';
import { readPages, whileLoaded } from '../rows/read-pages.ts';
import { fieldOf, findCollection } from './find-collection.ts';

/** A field of vectors has one number of dimensions, whatever its rows; those without one are counted where they may be. */
export const dimensions = async (operation: Operation, check: DimensionsCheck): Promise<Found> => {
  const expected = `${check.dimensions} dimensions${check.nulls === 'refused' ? ', 0 nulls' : ''}`;
  const collection = await findCollection(operation, check.of);
  if (collection === null) return red(expected, `there is no ${check.of}`);
  const field = fieldOf(collection, check.column);
  if (field === undefined) return red(expected, `there is no ${check.column}`);
  if (!isVector(field) || field.data_type === 'SparseFloatVector')
    return red(expected, `${field.data_type}, without dimensions`);
  const found = dimensionsOf(field);
  if (found !== check.dimensions) return red(expected, `${found} dimensions`);
  let nulls = 0;
  if (field.nullable && check.nulls === 'refused') {
    await whileLoaded(operation, check.of, async () => {
      for await (const { columns } of readPages(operation, collection, null)) {
        operation.goOn();
        nulls += columns.get(check.column)!.filter((value) => value === null).length;
      }
    });
  }
  if (nulls > 0) return red(expected, `${found} dimensions, ${nulls} null${nulls === 1 ? '' : 's'}`);
  return { state: 'green', expected, found: expected };
};
