import { selectPositions } from '../selection/selection.ts';
import { applyUnits, loadTables, makeMore, type SetInPlace } from './load-set.ts';

/**
 * Loads one table, whatever hangs below it, and its constraints: its key among them. Whom it cannot be made without is made
 * too, and stays empty.
 */
export const loadOne = async (set: SetInPlace, object: string): Promise<void> => {
  const { tables, entries } = set.meta;
  const position = tables.findIndex((table) => table.object === object);
  await applyUnits(set, 'schema');
  await loadTables(set, selectPositions(tables, { only: [object] }));
  const table = tables[position]!;
  const entry = entries.find(
    ({ kind, schema, tag }) => kind === 'TABLE' && schema === table.schema && tag === table.name,
  );
  await makeMore(
    set,
    entries.filter(({ kind, on }) => kind === 'CONSTRAINT' && on === entry?.id),
  );
};
