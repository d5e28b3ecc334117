import type { Parts, RestoreSelection } from './data.ts';
import { DrError } from './errors.ts';

const says: Readonly<Record<Parts, string>> = {
  all: 'definitions and rows',
  schema: 'definitions and no rows',
  data: 'rows and no definitions',
};

const asks: Readonly<Record<Parts, string>> = {
  all: 'choose another set',
  schema: 'choose another set, or restore its definitions alone (--schema-only)',
  data: 'choose another set, or restore its rows alone into what is there (--data-only)',
};

/**
 * A set that holds less than is asked for is refused, and never restored as if that were all there was.
 * @throws DrError `not-supported`
 */
export const refuseUnheld = (held: Parts, wanted: Parts): void => {
  if (held === 'all' || held === wanted) return;
  throw new DrError('not-supported', `the set holds ${says[held]}, and ${says[wanted]} are to be restored`, asks[held]);
};

/** Are rows added to others, so that doing it twice would not show? */
export const isAdding = ({ parts, into }: RestoreSelection): boolean => parts === 'data' && into === 'existing';

/** Does the place hold other things than what is restored, and rightly? */
export const isShared = ({ parts, into }: RestoreSelection): boolean => parts === 'data' || into === 'existing';
