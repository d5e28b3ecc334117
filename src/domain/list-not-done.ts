import { orderReferences } from './order-references.ts';
import type { Facts, Phase, Step, TargetFacts } from './plan.ts';
import type { Call } from './verbs.ts';

const callsOf = (step: Step): Call[] => (step.kind === 'do' ? [step.run] : step.kind === 'watch' ? [step.check] : []);

const afterSwitch = ({ id, bound, switches, services, cannotFence }: TargetFacts): string[] => [
  cannotFence === undefined
    ? `${bound.place.id} is not discarded: it stays, fenced, until people no longer need it`
    : `${bound.place.id} is not fenced: ${cannotFence}; it is not discarded either: keep writers away from it until people no longer need it`,
  `what was written at ${bound.place.id} after the set is not carried over: it stays there`,
  ...(switches.length === 0
    ? [`users of ${id} are led nowhere: the estate names no switch, only the binding moves`]
    : []),
  ...(services.length === 0
    ? [`health of ${id} is not measured, nor its RTO: the estate names no service for it`]
    : []),
];

/** Sets that cannot be whole together, whatever the order in which they are taken. */
const brokenOrders = (targets: readonly TargetFacts[]): string[] =>
  orderReferences(targets).broken.map(
    ({ child, parent }) =>
      `${child} is not backed up before ${parent}, whose rows its own name: ${parent} names rows of ${child} too, and one has to be first`,
  );

/**
 * What a run will not do although a reader might expect it, as sentences. Told from the phases, so that every runbook
 * that switches, restores or drills says the same.
 */
export const listNotDone = (facts: Facts, phases: readonly Phase[]): readonly string[] => {
  const steps = phases.flatMap((phase) => phase.steps);
  const calls = steps.flatMap(callsOf);
  const switched = calls.flatMap((call) => (call.verb === 'switchTarget' ? [call.with.target] : []));
  const isRestore = steps.some((step) => step.kind === 'units');
  return [
    ...Object.values(facts.targets).flatMap((target) => (switched.includes(target.id) ? afterSwitch(target) : [])),
    ...(steps.some((step) => step.kind === 'do' && step.run.verb === 'takeSnapshot')
      ? brokenOrders(Object.values(facts.targets))
      : []),
    ...(isRestore && switched.length === 0
      ? ['nothing in service is fenced or switched, so that how long users would wait is not measured']
      : []),
    ...(facts.mode === 'drill' && !isRestore ? ['no backup set is written: a drill only reads'] : []),
  ];
};
