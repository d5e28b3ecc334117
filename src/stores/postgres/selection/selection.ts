import type { Filter } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import { selectNames } from '../../../domain/filter.ts';

/** Something a filter may name; `parents` are positions in the same list. */
export interface Selectable {
  object: string;
  parents: readonly number[];
}

/** `shop.` is all of the schema `shop`, like `shop.*`: no object has a name that ends so. */
const spelledOut = ({ only = [], except = [] }: Filter): Required<Filter> => {
  const each = (patterns: readonly string[]) => patterns.map((one) => (one.endsWith('.') ? `${one}*` : one));
  return { only: each(only), except: each(except) };
};

/**
 * Positions that a filter selects. A partitioned or inherited table stands for what hangs below it: naming it takes all
 * of that, excepting it leaves all of that out.
 * @throws DrError `no-match`
 */
export const selectPositions = (all: readonly Selectable[], patterns: Filter = {}): Set<number> => {
  const names = all.map(({ object }) => object);
  const filter = spelledOut(patterns);
  selectNames(names, filter);
  const only = new Set(selectNames(names, { only: filter.only }));
  const kept = new Set(selectNames(names, { except: filter.except }));

  const selected = new Set<number>();
  for (const [position] of all.entries()) {
    const line = lineOf(all, position).map((one) => all[one]!.object);
    if (line.some((object) => only.has(object)) && line.every((object) => kept.has(object))) selected.add(position);
  }
  if (selected.size > 0 || all.length === 0) return selected;
  throw new DrError(
    'no-match',
    `filter leaves no object: except ${JSON.stringify(filter.except)}`,
    'take a pattern out of `except`',
  );
};

/** The position itself and everything above it. */
const lineOf = (all: readonly Selectable[], position: number): number[] => {
  const line = [position];
  for (const one of line) line.push(...all[one]!.parents.filter((parent) => !line.includes(parent)));
  return line;
};

/** The positions, and those without which they cannot be made. */
export const withNeeds = (
  selected: ReadonlySet<number>,
  needsOf: (position: number) => readonly number[],
): Set<number> => {
  const closed = new Set(selected);
  for (const position of closed) for (const need of needsOf(position)) closed.add(need);
  return closed;
};

export const isAllIn = (needs: readonly number[], selected: ReadonlySet<number>): boolean =>
  needs.every((need) => selected.has(need));
