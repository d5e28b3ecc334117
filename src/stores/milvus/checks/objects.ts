import type { ObjectsCheck } from '../../../domain/checks.ts';
import { type Found, red } from '../../found.ts';
import { listCollections } from '../catalog/read-catalog.ts';
import type { Operation } from '../connection/session.ts';

/** These collections exist. */
export const objects = async (operation: Operation, { names }: ObjectsCheck): Promise<Found> => {
  const there = await listCollections(operation);
  const absent = names.filter((name) => !there.includes(name));
  const expected = names.length === 1 ? '1 collection' : `${names.length} collections`;
  if (absent.length > 0) return red(expected, `there is no ${absent.join(', ')}`);
  return { state: 'green', expected, found: 'all are there' };
};
