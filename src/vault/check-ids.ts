import { DrError } from '../domain/errors.ts';
import type { SetId, TargetId } from '../domain/words.ts';

/** @throws DrError `bad-input` */
export const checkSetId = (set: SetId): void => {
  if (/^\d{8}T\d{6}Z-[0-9a-z]{4,64}$/.test(set)) return;
  throw new DrError('bad-input', `not a set id: ${JSON.stringify(set)}`, 'they look like 20260131T020000Z-3f9a1c');
};

/** @throws DrError `bad-input` */
export const checkTargetId = (target: TargetId): void => {
  if (/^[a-z0-9][a-z0-9-]{0,99}$/.test(target)) return;
  throw new DrError(
    'bad-input',
    `not a target id: ${JSON.stringify(target)}`,
    'use lower-case letters, digits, dashes',
  );
};
