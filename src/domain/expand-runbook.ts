import { checkPhases } from './check-phases.ts';
import { DrError } from './errors.ts';
import type { Facts, Phase, Runbook, RunInput } from './plan.ts';
import { raiseRisks } from './raise-risks.ts';
import { raise } from './risk.ts';

/** Puts the estate's steps into the phases that have a hook. A phase that stays empty is left out. */
export const insertHooks = (phases: readonly Phase[], hooks: Facts['hooks']): readonly Phase[] =>
  phases
    .map((phase) => ({ ...phase, steps: [...phase.steps, ...(phase.hook ? (hooks[phase.hook] ?? []) : [])] }))
    .filter((phase) => phase.hook === undefined || phase.steps.length > 0);

/** What an estate asks for a step it asks for that step of each target, where a run has one for each: `switch-orders-db`. */
const riskOfEach = ({ risk, targets }: Facts): Facts['risk'] => {
  const each = Object.entries(risk).flatMap(([step, least]) =>
    Object.keys(targets).map((target) => {
      const id = `${step}-${target}`;
      return [id, raise(least, risk[id])] as const;
    }),
  );
  return { ...risk, ...Object.fromEntries(each) };
};

/**
 * A runbook's phases as they will be frozen: hooks inserted, risks raised as the estate asks, checked. Drills ask
 * nobody: what they touch is made for them, so the estate's risks do not count there.
 * @throws DrError what the runbook throws; `refused` when its phases are unfit to run, listing every problem
 */
export const expandRunbook = <Input extends RunInput>(
  runbook: Runbook<Input>,
  facts: Facts,
  input: Input,
): readonly Phase[] => {
  const hooked = insertHooks(runbook.phases(facts, input), facts.hooks);
  const phases = facts.mode === 'drill' ? hooked : raiseRisks(hooked, riskOfEach(facts));
  const problems = checkPhases(phases);
  if (problems.length === 0) return phases;
  throw new DrError(
    'refused',
    `runbook ${runbook.name} made a plan that cannot run: ${problems.join('; ')}`,
    'correct the runbook or the hook that made these steps, then plan again',
  );
};
