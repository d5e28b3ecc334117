import type { ObjectsCheck } from '../../../domain/checks.ts';
import { green, red } from '../../found.ts';
import { findRelations } from './find-relation.ts';
import { listFew, type Run } from './run.ts';

/** Tables and views of any kind that have to be there. */
export const objects: Run<ObjectsCheck> = async ({ client }, { names }) => {
  const there = await findRelations(client, names);
  const absent = names.filter((name) => !there.has(name));
  const expected = names.length === 1 ? '1 object' : `${names.length} objects`;
  if (absent.length === 0) return [green(expected, 'all are there')];
  return [red(expected, `there is no ${listFew(absent)}`)];
};
