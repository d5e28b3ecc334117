import type { Facts, Phase, Step, TargetFacts } from './plan.ts';
import type { Call } from './verbs.ts';

const callsOf = (step: Step): Call[] => (step.kind === 'do' ? [step.run] : step.kind === 'watch' ? [step.check] : []);

const afterSwitch = (target: TargetFacts): string[] => [
  `discard ${target.bound.place.id}: it is kept, fenced, until people no longer need it`,
  `carry over what was written at ${target.bound.place.id} after the set: it stays there`,
  ...(target.switches.length === 0
    ? [`lead users of ${target.id} anywhere: the estate names no switch, and only the binding moves`]
    : []),
  ...(target.services.length === 0
    ? [`see whether users of ${target.id} are served: the estate names no service, and the RTO will be "not measured"`]
    : []),
];

/**
 * What a run will not do although a reader might expect it: completions of "it will not". Told from the phases, so that
 * every runbook that switches, restores or drills says the same.
 */
export const listNotDone = (facts: Facts, phases: readonly Phase[]): readonly string[] => {
  const steps = phases.flatMap((phase) => phase.steps);
  const calls = steps.flatMap(callsOf);
  const switched = calls.flatMap((call) => (call.verb === 'switchTarget' ? [call.with.target] : []));
  const isRestore = steps.some((step) => step.kind === 'units');
  const isBackup = calls.some((call) => call.verb === 'takeSnapshot');
  const drilled =
    switched.length > 0 || !isRestore
      ? []
      : [
          'move users, fence or switch anything: how long users would wait is not measured, only how long the work takes',
        ];
  return [
    ...switched.flatMap((id) => {
      const target = facts.targets[id];
      return target === undefined ? [] : afterSwitch(target);
    }),
    ...drilled,
    ...(facts.mode === 'drill' && !isRestore && !isBackup ? ['write a backup set: a drill only reads'] : []),
  ];
};
