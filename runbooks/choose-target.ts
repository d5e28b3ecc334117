import { DrError } from '../src/domain/errors.ts';
import type { Facts, RunInput, SetFacts, TargetFacts } from '../src/domain/plan.ts';

/** A target that has a set to restore. */
export type Restorable = TargetFacts & { set: SetFacts };

const requireSet = (target: TargetFacts, input: RunInput): Restorable => {
  const { set } = target;
  if (set !== null) return { ...target, set };
  const when = input.at === undefined ? '' : ` at or before ${input.at}`;
  throw new DrError(
    'no-match',
    `there is no backup set of ${target.id}${when}: nothing to restore`,
    `run backupEstate with {"target":"${target.id}","mode":"live"}${input.at === undefined ? '' : ', or ask for a later time'}`,
  );
};

/**
 * The one target a run is about, with the set to restore.
 * @throws DrError `bad-input` (none named, or several), `unknown-name`, `no-match` (it has no such set)
 */
export const chooseTarget = (runbook: string, facts: Facts, input: RunInput): Restorable => {
  const legal = Object.keys(facts.targets).sort();
  if (input.targets !== undefined) {
    throw new DrError(
      'bad-input',
      `${runbook} is about one target, and targets names ${input.targets.length}`,
      `type {"target":"${input.targets[0]}"}, or start restoreEstate`,
    );
  }
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
  return requireSet(target, input);
};

/** Which targets a run about the estate was asked for; none means all. */
export const namedTargets = ({ target, targets }: RunInput): readonly string[] =>
  targets ?? (target === undefined ? [] : [target]);

/**
 * Every target a run about the estate brings back, each with its set.
 * @throws DrError `bad-input` (no target; one set for several targets), `no-match` (one has no such set: it is named)
 */
export const chooseTargets = (runbook: string, facts: Facts, input: RunInput): readonly Restorable[] => {
  const targets = Object.values(facts.targets);
  if (targets.length === 0) {
    throw new DrError('no-match', 'there is no target to bring back', 'add a target to estate.yaml');
  }
  if (input.set !== 'latest' && targets.length > 1) {
    throw new DrError(
      'bad-input',
      `set ${input.set} is of one target, and this run is about ${targets.length}`,
      `name the target beside the set, or give {"at":"…"}: ${runbook} then takes the newest set of each up to that time`,
    );
  }
  return targets.map((target) => requireSet(target, input));
};
