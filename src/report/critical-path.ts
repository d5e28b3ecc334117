import type { Plan } from '../domain/plan.ts';
import type { RunRecord, StepRecord } from '../domain/run.ts';
import type { CriticalPath } from './report.ts';
import { factsOf } from './steps.ts';

type Executed = StepRecord & { startedAt: string; endedAt: string };

const wasExecuted = (step: StepRecord): step is Executed => step.startedAt !== undefined && step.endedAt !== undefined;

const latest = (steps: readonly Executed[]): Executed | undefined =>
  steps.reduce<Executed | undefined>(
    (last, step) => (last === undefined || Date.parse(step.endedAt) >= Date.parse(last.endedAt) ? step : last),
    undefined,
  );

/** Steps that had to end before this one could start: those it names, else the nearest earlier phase that ran. */
const before = (plan: Plan, step: Executed, executed: readonly Executed[]): readonly Executed[] => {
  const phase = plan.phases.findIndex((one) => one.steps.some((planned) => planned.id === step.id));
  const after = plan.phases[phase]?.steps.find((planned) => planned.id === step.id)?.after ?? [];
  const named = executed.filter((one) => after.includes(one.id));
  if (named.length > 0) return named;
  for (const earlier of plan.phases.slice(0, Math.max(0, phase)).reverse()) {
    const ran = executed.filter((one) => earlier.steps.some((planned) => planned.id === one.id));
    if (ran.length > 0) return ran;
  }
  return [];
};

/**
 * The chain of steps that decided how long the run took, as it really went: from the step that ended last (or measured
 * `healthy`) back through whatever each waited for longest. Gaps and durations of the legs add up to the time from the
 * start of the run to the end of the last leg.
 */
export const criticalPath = (record: RunRecord): CriticalPath => {
  const executed = record.steps.filter(wasExecuted);
  const measured = executed
    .filter((step) => factsOf(step).some((fact) => fact.stamps?.healthy !== undefined))
    .reduce<Executed | undefined>((last, step) => latest(last === undefined ? [step] : [last, step]), undefined);
  const chain: Executed[] = [];
  const seen = new Set<string>();
  for (let step = measured ?? latest(executed); step !== undefined && !seen.has(step.id); ) {
    seen.add(step.id);
    chain.unshift(step);
    step = latest(before(record.plan, step, executed));
  }
  let clock = Date.parse(record.startedAt);
  const legs = chain.map((step) => {
    const start = Math.max(clock, Date.parse(step.startedAt));
    const end = Math.max(start, Date.parse(step.endedAt));
    const leg = { gapMs: start - clock, ms: end - start };
    clock = end;
    const { id, phase, says, startedAt, endedAt } = step;
    return { step: id, phase, says, startedAt, endedAt, ...leg };
  });
  return { until: measured === undefined ? 'end' : 'healthy', legs };
};
