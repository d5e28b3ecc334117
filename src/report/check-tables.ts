import { worstFirst } from '../domain/checks.ts';
import type { RunRecord } from '../domain/run.ts';
import type { ChecksTable } from './report.ts';
import { factsOf, stepsOf, targetOf } from './steps.ts';

/** What the estate's checks found, the last time of each step, red ones first; of steps that failed by them too. */
export const checkTablesOf = (record: RunRecord): ChecksTable[] =>
  record.steps.flatMap((step) => {
    const rows = factsOf(step).findLast((one) => one.checks !== undefined)?.checks ?? step.evidence?.checks;
    if (rows === undefined) return [];
    const planned = stepsOf(record.plan).find((one) => one.id === step.id);
    return [{ step: step.id, target: targetOf(planned), rows: worstFirst(rows) }];
  });
