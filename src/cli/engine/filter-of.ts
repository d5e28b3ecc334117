import type { Filter } from '../../domain/data.ts';
import type { Options } from '../commands.ts';

/** The filter a person typed; null when none was. */
export const filterOf = ({ only, except }: Options): Filter | null => {
  const patterns = (option: Options[string]): string[] => (Array.isArray(option) ? option : []);
  if (only === undefined && except === undefined) return null;
  return { only: patterns(only), except: patterns(except) };
};
