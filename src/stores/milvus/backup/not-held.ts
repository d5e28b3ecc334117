import { type Definition, hasAutoIds } from '../meta.ts';

/** What a set of a collection does not hold, as sentences. */
export const notHeld = (definition: Definition, outside: readonly string[]): string[] => {
  const name = JSON.stringify(definition.name);
  return [
    ...outside.map((alias) => `alias ${JSON.stringify(alias)}, which leads to ${name} from outside the place`),
    ...(hasAutoIds(definition)
      ? [`proof of the primary keys of ${name}: the server made them, and one that takes none makes others`]
      : []),
  ];
};
