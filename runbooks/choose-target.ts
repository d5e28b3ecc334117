import { DrError } from '../src/domain/errors.ts';
import type { Facts, RunInput, SetFacts, TargetFacts } from '../src/domain/plan.ts';

/** A target that has a set to restore. */
export type Restorable = TargetFacts & { set: SetFacts };

/**
 * The one target a run is about, with the set to restore.
 * @throws DrError `bad-input` (none named), `unknown-name`, `no-match` (it has no such set)
 */
export const chooseTarget = (runbook: string, facts: Facts, input: RunInput): Restorable => {
  const legal = Object.keys(facts.targets).sort();
  if (input.target === undefined) {
    throw new DrError(
      'bad-input',
      `${runbook} needs a target; targets: ${legal.join(', ')}`,
      `type {"target":"${legal[0]}"}`,
    );
  }
  const target = facts.targets[input.target];
  if (target === undefined) {
    throw new DrError(
      'unknown-name',
      `there is no target "${input.target}"; targets: ${legal.join(', ')}`,
      'correct the name, or add the target to estate.yaml',
    );
  }
  const { set } = target;
  if (set === null) {
    const when = input.at === undefined ? '' : ` at or before ${input.at}`;
    throw new DrError(
      'no-match',
      `there is no backup set of ${target.id}${when}: nothing to restore`,
      `run backupEstate with {"target":"${target.id}","mode":"live"}${input.at === undefined ? '' : ', or ask for a later time'}`,
    );
  }
  return { ...target, set };
};
