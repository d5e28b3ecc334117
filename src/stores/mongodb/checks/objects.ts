import type { ObjectsCheck } from '../../../domain/checks.ts';
import { green, red } from '../../found.ts';
import type { Run } from './run.ts';

/** Collections and views that have to be there. */
export const objects: Run<ObjectsCheck> = async ({ there }, { names }) => {
  const absent = names.filter((name) => !there.has(name));
  const expected = names.length === 1 ? '1 object' : `${names.length} objects`;
  return absent.length === 0 ? green(expected, 'all are there') : red(expected, `there is no ${absent.join(', ')}`);
};
