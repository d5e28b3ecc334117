import type { RunRecord } from '../domain/run.ts';
import type { EqualityTable } from './report.ts';
import { factsOf, stepsOf, targetOf } from './steps.ts';

/** Every comparison the run made, failed ones too, the last one of each step, objects that differ first. */
export const equalityOf = (record: RunRecord): EqualityTable[] =>
  record.steps.flatMap((step) => {
    const fact = factsOf(step).findLast((one) => one.equality !== undefined);
    const equality = fact?.equality ?? step.evidence?.equality;
    if (equality === undefined) return [];
    const rows = [...equality].sort((a, b) => Number(a.equal) - Number(b.equal));
    const planned = stepsOf(record.plan).find((one) => one.id === step.id);
    return [
      {
        step: step.id,
        target: targetOf(planned),
        isEqual: rows.every((row) => row.equal),
        objects: Math.max(rows.length, fact?.objects ?? 0),
        rows,
      },
    ];
  });

/** True when objects were compared and none differed; null when no object was compared. */
export const isEqual = (tables: readonly EqualityTable[]): boolean | null =>
  tables.every((table) => table.rows.length === 0) ? null : tables.every((table) => table.isEqual);
