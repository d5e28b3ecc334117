import type { Table } from '../catalog/tables.ts';
import type { EntryMeta } from '../meta.ts';
import { isAllIn, withNeeds } from '../selection/selection.ts';
import type { Entries } from './entries.ts';

export interface Chosen {
  /** Positions before they were counted anew. */
  kept: ReadonlySet<number>;
  tables: Table[];
  entries: EntryMeta[];
  /** By position in `tables`. */
  needs: readonly (readonly number[])[];
}

/**
 * What a set is made of: the wanted tables, what they cannot be made without, the canaries, and every entry that can be
 * made with these. Positions are counted anew.
 */
export const choose = (all: readonly Table[], wanted: ReadonlySet<number>, from: Entries): Chosen => {
  const canaries = all.flatMap(({ isCanary }, position) => (isCanary ? position : []));
  const needsOf = (position: number): readonly number[] => from.tableNeeds.get(position) ?? [];
  const kept = [...withNeeds(new Set([...wanted, ...canaries]), needsOf)].sort((a, b) => a - b);
  const positions = new Map(kept.map((position, n) => [position, n]));
  const moved = (those: readonly number[]): number[] => those.flatMap((position) => positions.get(position) ?? []);
  const isKept = new Set(kept);
  return {
    kept: isKept,
    tables: kept.map((position) => ({ ...all[position]!, parents: moved(all[position]!.parents) })),
    entries: from.entries
      .filter(({ needs }) => isAllIn(needs, isKept))
      .map((entry) => ({ ...entry, needs: moved(entry.needs) })),
    needs: kept.map((position) => moved(needsOf(position))),
  };
};
