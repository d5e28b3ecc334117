import { DrError } from '../../domain/errors.ts';
import { fillPlace } from './fill-place.ts';
import type { Scratch } from './scratch.ts';

/** Restores what is selected, and proves it. @throws DrError `not-equal` */
export const fillScratch = async ({ job, quietly, ...restoring }: Scratch): Promise<void> => {
  const { differences } = await fillPlace(job, restoring, quietly);
  if (differences.length === 0) return;
  const named = differences.slice(0, 5).map(({ object, what }) => `${object} (${what})`);
  throw new DrError(
    'not-equal',
    `what was restored does not equal the set in ${differences.length} objects: ${named.join(', ')}`,
    'nothing was exported; look at the scratch server, or export another set',
  );
};
