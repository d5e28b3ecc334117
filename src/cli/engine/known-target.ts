import { DrError } from '../../domain/errors.ts';
import type { Estate, Target } from '../../estate/estate.ts';
import { printName, suggest } from '../../estate/names.ts';

/** @throws DrError `unknown-name`, with the legal names and the nearest of them */
export const knownTarget = (estate: Estate, name: string): Target => {
  const legal = Object.keys(estate.targets);
  const target = Object.hasOwn(estate.targets, name) ? estate.targets[name] : undefined;
  if (target !== undefined) return target;
  throw new DrError(
    'unknown-name',
    `no target ${printName(name)} in the estate${suggest(name, legal)}`,
    `legal: ${legal.join(', ')}`,
  );
};
