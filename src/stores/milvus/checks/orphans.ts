import { createHash } from 'node:crypto';
import type { OrphansCheck } from '../../../domain/checks.ts';
import { isDrError } from '../../../domain/errors.ts';
import { type Found, red } from '../../found.ts';
import type { CheckOptions } from '../../port.ts';
import type { Operation } from '../connection/session.ts';
import { readPages, whileLoaded } from '../rows/read-pages.ts';
import { keyedCollection, keysOfPage, only } from './keys.ts';

const mostExamples = 5;
const expected = '0 orphans';

/** Keys of a collection's rows, those that name something. */
const keysOf = async (
  operation: Operation,
  object: string,
  names: readonly string[],
  each: (key: string) => void,
): Promise<void> => {
  const collection = await keyedCollection(operation, object, names);
  await whileLoaded(operation, object, async () => {
    for await (const page of readPages(operation, only(collection, names), null)) {
      operation.goOn();
      for (const key of keysOfPage(page, names)) if (!key.includes(null)) each(JSON.stringify(key));
    }
  });
};

const digest = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 16);

/** No row of `child` names a row that `parent` lacks. Keys of the parent are held in memory, as 16 bytes each. */
export const orphans = async (operation: Operation, check: OrphansCheck, { shows }: CheckOptions): Promise<Found> => {
  try {
    const known = new Set<string>();
    await keysOf(operation, check.parent, check.parentColumns, (key) => known.add(digest(key)));
    const examples = new Set<string>();
    let count = 0;
    await keysOf(operation, check.child, check.columns, (key) => {
      if (known.has(digest(key))) return;
      count += 1;
      if (examples.size < mostExamples) examples.add(shows === 'values' ? key : digest(key));
    });
    if (count === 0) return { state: 'green', expected, found: expected };
    return { ...red(expected, count === 1 ? '1 orphan' : `${count} orphans`), examples: [...examples] };
  } catch (error) {
    if (isDrError(error) && error.kind === 'missing') return red(expected, error.message);
    throw error;
  }
};
