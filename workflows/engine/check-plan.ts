import { parseDuration } from '../../src/domain/duration.ts';
import { DrError } from '../../src/domain/errors.ts';
import type { Phase, Plan, Step } from '../../src/domain/plan.ts';

const durationsOf = (step: Step): string[] => {
  if (step.kind === 'gate') return [step.expires];
  return step.kind === 'watch' ? [step.every, step.until] : [];
};

const isCircular = (phase: Phase): boolean => {
  const done = new Set<string>();
  let left = [...phase.steps];
  while (left.length > 0) {
    const ready = left.filter((step) => (step.after ?? []).every((id) => done.has(id)));
    if (ready.length === 0) return true;
    for (const step of ready) done.add(step.id);
    left = left.filter((step) => !done.has(step.id));
  }
  return false;
};

const faultsOf = (plan: Plan): string[] => {
  const steps = plan.phases.flatMap((phase) => phase.steps);
  const ids = steps.map((step) => step.id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `step id "${id}" is used twice`);
  const orders = plan.phases.flatMap((phase) => {
    const here = new Set(phase.steps.map((step) => step.id));
    const unknown = phase.steps.flatMap((step) => (step.after ?? []).filter((id) => !here.has(id)));
    if (unknown.length > 0) return unknown.map((id) => `phase "${phase.id}" has no step "${id}" to come after`);
    return isCircular(phase) ? [`the steps of phase "${phase.id}" wait for each other`] : [];
  });
  const durations = steps.flatMap((step) =>
    durationsOf(step)
      .filter((text) => parseDuration(text) === null)
      .map((text) => `step "${step.id}": "${text}" is no duration`),
  );
  return [...twice, ...orders, ...durations];
};

/** Refuses a plan that cannot be walked to its end, before its first step. @throws DrError `bad-input`, all faults at once */
export const checkPlan = (plan: Plan): void => {
  const faults = faultsOf(plan);
  if (faults.length === 0) return;
  throw new DrError(
    'bad-input',
    `the plan of ${plan.runbook} cannot be walked: ${faults.join('; ')}`,
    'correct the runbook',
  );
};
