import { DrError } from '../src/domain/errors.ts';
import type { StoreKind } from '../src/domain/words.ts';
import type { Kind } from '../src/stores/port.ts';
import type { World } from './world.ts';

/** @throws DrError `not-supported` when no target of the estate is of that kind */
export const kindOf = ({ kinds }: Pick<World, 'kinds'>, name: StoreKind): Kind<unknown> => {
  const kind = kinds[name];
  if (kind !== undefined) return kind;
  throw new DrError('not-supported', `no target of this estate is of kind ${name}`, 'use the estate file that has it');
};
