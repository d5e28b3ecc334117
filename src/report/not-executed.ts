import type { RunRecord } from '../domain/run.ts';
import type { NotExecuted } from './report.ts';

/** Every planned step whose work does not stand at the end, with the reason. */
export const notExecuted = (record: RunRecord): NotExecuted[] =>
  record.plan.phases.flatMap((phase) =>
    phase.steps.flatMap((step): NotExecuted[] => {
      const done = record.steps.find((one) => one.id === step.id);
      if (done?.state === 'done') return [];
      const state = done?.state ?? 'not-executed';
      const why = done?.skipped?.why ?? done?.failure ?? reasonFor(state, record);
      return [{ step: step.id, phase: phase.id, says: step.says, state, why, by: done?.skipped?.by ?? [] }];
    }),
  );

const reasonFor = (state: NotExecuted['state'], record: RunRecord): string => {
  if (record.outcome === 'planned') return 'plan mode changes nothing';
  if (state === 'undone') return `taken back: ${record.because ?? `the run ended ${record.outcome}`}`;
  const failed = record.steps.find((one) => one.state === 'failed');
  if (failed !== undefined) return `the run ended at "${failed.id}" before it`;
  return record.because ?? `the run ended ${record.outcome} before it`;
};
