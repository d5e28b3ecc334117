import type { Parts, RestoreSelection, Selection } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import type { Options } from '../commands.ts';
import { filterOf } from './filter-of.ts';

/** @throws DrError `bad-input` when both are asked for */
const partsOf = ({ schemaOnly, dataOnly }: Options): Parts => {
  if (schemaOnly && dataOnly) {
    throw new DrError(
      'bad-input',
      '--schema-only and --data-only exclude each other',
      'give one of them, or neither for both definitions and rows',
    );
  }
  return schemaOnly ? 'schema' : dataOnly ? 'data' : 'all';
};

/** `--owner old=new …`, `--no-owner`, or neither. @throws DrError `bad-input` */
const ownersOf = (owner: Options[string]): NonNullable<RestoreSelection['owners']> => {
  if (owner === false) return 'drop';
  if (!Array.isArray(owner)) return 'keep';
  const pairs = owner.map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
    throw new DrError('bad-input', `--owner ${JSON.stringify(text)} names no two roles`, 'write it as --owner old=new');
  });
  const twice = pairs.find(([old], n) => pairs.findIndex(([other]) => other === old) < n);
  if (twice === undefined) return Object.fromEntries(pairs);
  throw new DrError('bad-input', `--owner gives ${JSON.stringify(twice[0])} two new owners`, 'give it one');
};

/** What a person asked a backup to take; null when they left it to the estate file. */
export const selectionOf = (options: Options): Selection | null => {
  const filter = filterOf(options);
  const parts = partsOf(options);
  if (filter === null && parts === 'all') return null;
  return { ...filter, parts, keys: options.allowMissingKeys ? 'leave-out' : 'refuse' };
};

/** What a person asked a restore to bring back, and how. */
export const restoreSelectionOf = (options: Options): RestoreSelection => ({
  ...filterOf(options),
  parts: partsOf(options),
  keys: options.allowMissingKeys ? 'leave-out' : 'refuse',
  owners: ownersOf(options.owner),
  privileges: options.privileges === false ? 'drop' : 'keep',
  roles: options.rolePasswords ? 'make-with-passwords' : options.makeRoles ? 'make' : 'require',
  into: options.intoExisting ? 'existing' : 'empty',
});
