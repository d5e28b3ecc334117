import { parseDuration } from './duration.ts';
import type { Phase, Step } from './plan.ts';

/** Lower-case words and dashes: ids are typed by people, in estate files and messages. */
const idShape = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const repeated = (ids: readonly string[]): string[] => [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];

/** Ids of the steps on a circle, or that wait for one. */
const stuck = (steps: readonly Step[]): string[] => {
  const done = new Set<string>();
  let waiting = steps;
  for (;;) {
    const ready = waiting.filter((step) => (step.after ?? []).every((id) => done.has(id)));
    if (ready.length === 0) return waiting.map((step) => step.id);
    for (const step of ready) done.add(step.id);
    waiting = waiting.filter((step) => !done.has(step.id));
  }
};

const isWhole = (count: number): boolean => Number.isSafeInteger(count) && count >= 1;
const isDuration = (text: string): boolean => (parseDuration(text) ?? 0) > 0;

const problemsOfKind = (step: Step): string[] => {
  if (step.kind === 'gate') {
    return [
      ...(isDuration(step.expires) ? [] : [`expires after "${step.expires}", which is no duration`]),
      ...(step.asks.trim() === '' ? ['asks nothing'] : []),
    ];
  }
  if (step.kind === 'watch') {
    return [
      ...(isDuration(step.every) ? [] : [`looks every "${step.every}", which is no duration`]),
      ...(isDuration(step.until) ? [] : [`looks until "${step.until}", which is no duration`]),
      ...(isWhole(step.greens) ? [] : [`wants ${step.greens} greens`]),
    ];
  }
  return [
    ...('irreversible' in step.undo && step.undo.irreversible.trim() === '' ? ['is irreversible without a why'] : []),
    ...(step.kind === 'units' && !isWhole(step.batches) ? [`has ${step.batches} batches`] : []),
  ];
};

const problemsOfStep = (step: Step): string[] => [
  ...(idShape.test(step.id) ? [] : ['has an id that is not lower-case words and dashes']),
  ...(step.says.trim() === '' ? ['says nothing'] : []),
  ...problemsOfKind(step),
];

const problemsOfPhase = (phase: Phase): string[] => {
  const ids = new Set(phase.steps.map((step) => step.id));
  const strangers = phase.steps.flatMap((step) =>
    (step.after ?? [])
      .filter((id) => !ids.has(id))
      .map((id) => `step ${step.id} waits for ${id}, which is not in its phase`),
  );
  const circle = strangers.length > 0 ? [] : stuck(phase.steps);
  return [
    ...(idShape.test(phase.id) ? [] : [`phase "${phase.id}" has an id that is not lower-case words and dashes`]),
    ...(phase.says.trim() === '' ? [`phase ${phase.id} says nothing`] : []),
    ...(phase.steps.length === 0 ? [`phase ${phase.id} has no steps`] : []),
    ...strangers,
    ...(circle.length > 0 ? [`in phase ${phase.id} these wait for each other: ${circle.join(', ')}`] : []),
    ...phase.steps.flatMap((step) => problemsOfStep(step).map((problem) => `step ${step.id} ${problem}`)),
  ];
};

/** Everything that makes phases unfit to run, as sentences; empty when they are fit. */
export const checkPhases = (phases: readonly Phase[]): readonly string[] => [
  ...(phases.length === 0 ? ['there are no phases'] : []),
  ...repeated(phases.map((phase) => phase.id)).map((id) => `phase id ${id} is used twice`),
  ...repeated(phases.flatMap((phase) => phase.steps.map((step) => step.id))).map((id) => `step id ${id} is used twice`),
  ...phases.flatMap(problemsOfPhase),
];
