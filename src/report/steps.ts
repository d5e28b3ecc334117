import type { Objective, Plan, Step } from '../domain/plan.ts';
import type { RunRecord, StepRecord } from '../domain/run.ts';
import type { Call, Fact, VerbName } from '../domain/verbs.ts';
import type { TargetId } from '../domain/words.ts';

export const stepsOf = (plan: Plan): readonly Step[] => plan.phases.flatMap((phase) => phase.steps);

/** What a step calls to do its work. A gate calls nothing; the units of a stage are one verb. */
export const callOf = (step: Step): Call | null => {
  if (step.kind === 'do') return step.run;
  if (step.kind === 'watch') return step.check;
  return null;
};

/** What a target was promised: each its own where a plan has several. */
export const objectiveOf = ({ objective, objectives }: Plan, target: TargetId): Objective =>
  objectives?.[target] ?? objective;

/** The target a step works on, when its calls name one. */
export const targetOf = (step: Step | undefined): TargetId | null => {
  if (step === undefined || step.kind === 'gate') return null;
  if (step.kind === 'units') return step.site.place.target;
  const call = step.kind === 'watch' ? step.check : step.run;
  if ('target' in call.with) return call.with.target;
  return 'site' in call.with ? call.with.site.place.target : null;
};

/** Planned steps that call the verb as their work or as their proof, each with what became of it. */
export const stepsCalling = (record: RunRecord, verb: VerbName): { step: Step; record: StepRecord | undefined }[] =>
  stepsOf(record.plan)
    .filter((step) => callOf(step)?.verb === verb || ('verify' in step && step.verify.verb === verb))
    .map((step) => ({ step, record: record.steps.find((one) => one.id === step.id) }));

/** Facts of a step in the order they were found: the proof, when there is one, comes last. */
export const factsOf = (record: StepRecord): Fact[] =>
  [record.fact, record.verified].filter((fact): fact is Fact => fact !== undefined);
