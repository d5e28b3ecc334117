import type { Step } from '../domain/plan.ts';
import type { RunRecord, StepRecord } from '../domain/run.ts';
import type { PhaseLine, StepLine } from './report.ts';

const stepLine = ({ id, says, kind }: Step, done: StepRecord | undefined): StepLine => ({
  step: id,
  says,
  kind,
  state: done?.state ?? 'not-executed',
  attempts: done?.attempts ?? 0,
  startedAt: done?.startedAt ?? null,
  workedFrom: done?.fact?.beganAt ?? null,
  endedAt: done?.endedAt ?? null,
});

/** The plan with what became of each step: those that never started are there too. */
export const phaseLines = (record: RunRecord): PhaseLine[] => {
  const done = new Map(record.steps.map((step) => [step.id, step]));
  return record.plan.phases.map((phase) => ({
    phase: phase.id,
    says: phase.says,
    steps: phase.steps.map((step) => stepLine(step, done.get(step.id))),
  }));
};
