import type { GateStep, Phase, Step } from './plan.ts';
import type { Risk } from './risk.ts';
import { raise } from './risk.ts';

/** How long an approver has before a gate closes as denied. */
export const gateExpires = '2h';

/** The steps of its phase that have to be done before a step starts: those it waits for, directly or through others. */
const stepsBefore = (step: Step, steps: readonly Step[]): readonly Step[] => {
  const found = new Set<Step>();
  const queue = [...(step.after ?? [])];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const before = steps.find((one) => one.id === id);
    if (before === undefined || found.has(before)) continue;
    found.add(before);
    queue.push(...(before.after ?? []));
  }
  return [...found];
};

const raiseOwn = (step: Step, least: Risk): Step => {
  if (step.kind === 'gate') return { ...step, risk: raise(step.risk, least) };
  if (step.kind !== 'do' || step.skippable === undefined) return step;
  return { ...step, skippable: { ...step.skippable, risk: raise(step.skippable.risk, least) } };
};

/** What an estate adds before a step that its runbook would let go ahead unasked. */
const gateFor = (step: Step, risk: Risk): GateStep => ({
  kind: 'gate',
  id: `approve-${step.id}`,
  says: `Wait for approval of step ${step.id}`,
  asks: `Go ahead with this? ${step.says}`,
  risk,
  expires: gateExpires,
  ...(step.after === undefined ? {} : { after: step.after }),
});

const raiseStep = (steps: readonly Step[], id: string, least: Risk): readonly Step[] => {
  const step = steps.find((one) => one.id === id);
  if (step === undefined) return steps;
  const guards = new Set(stepsBefore(step, steps).flatMap((one) => (one.kind === 'gate' ? [one.id] : [])));
  const isAsked = step.kind === 'gate' || guards.size > 0 || least === 'safe';
  return steps.flatMap((one) => {
    if (guards.has(one.id)) return [raiseOwn(one, least)];
    if (one.id !== id) return [one];
    const raised = raiseOwn(one, least);
    const gate = gateFor(one, least);
    return isAsked ? [raised] : [gate, { ...raised, after: [gate.id] }];
  });
};

/** Earlier steps first, so that a gate made for one guards what comes after it, in whatever order the estate names them. */
const inOrder = (steps: readonly Step[], least: Readonly<Record<string, Risk>>): readonly Step[] => {
  const before = new Map(steps.map((step) => [step, stepsBefore(step, steps).length]));
  return steps.filter(({ id }) => Object.hasOwn(least, id)).sort((a, b) => before.get(a)! - before.get(b)!);
};

/**
 * Applies the estate's least risks, by step id. A raised gate asks for more people; a raised step raises the gates it
 * waits for, and where there is none gets one of its own before it; skipping it is raised alike. Nothing is lowered.
 */
export const raiseRisks = (phases: readonly Phase[], least: Readonly<Record<string, Risk>>): readonly Phase[] =>
  phases.map((phase) => ({
    ...phase,
    steps: inOrder(phase.steps, least).reduce((steps, { id }) => raiseStep(steps, id, least[id]!), phase.steps),
  }));
