import { markdownTable } from 'markdown-table';
import type { Status, StepState } from '../../domain/run.ts';
import type { RunId } from '../../domain/words.ts';
import { stepsOf, targetOf } from '../../report/steps.ts';
import { nextCommands } from './next-commands.ts';

/** `approve the switch`: what the engine says for the Temporal UI, without its Markdown. */
export const bare = (markdown: string): string => markdown.replace(/`([^`]*)`|\\(.)|\*\*/gu, '$1$2');

const isOver = (state: StepState): boolean => state === 'done' || state === 'skipped';

/** Where each of several targets stands: the first thing to know when one keeps the others waiting. */
const targetTable = ({ plan, steps }: Status): string[] => {
  if (plan === null || plan.targets.length < 2) return [];
  const targetOfStep = new Map(stepsOf(plan).map((step) => [step.id, targetOf(step)]));
  const rows = plan.targets.map((target) => {
    const own = steps.filter((step) => targetOfStep.get(step.id) === target);
    const open = own.filter(({ state }) => state === 'running' || state === 'asking' || state === 'failed');
    const now = open.map(({ id, state }) => (state === 'running' ? id : `${id} (${state})`)).join(', ');
    return [target, `${own.filter(({ state }) => isOver(state)).length} of ${own.length}`, now];
  });
  return ['', markdownTable([['target', 'steps', 'at'], ...rows])];
};

/** The run as a person has to see it: who must act next and what to type comes first. */
export const sayStatus = (run: RunId, status: Status): string => {
  const commands = nextCommands(run, status);
  const hasEnded = status.state === 'ended';
  const next = status.next === '' ? (hasEnded ? '' : 'nobody: the machine works') : bare(status.next);
  const rows = status.steps.map((step) => [
    step.phase,
    step.id,
    step.attempts > 1 ? `${step.state}, attempt ${step.attempts}` : step.state,
    step.percent === undefined || step.state !== 'running' ? '' : `${step.percent} %`,
    step.failure ?? step.skipped?.why ?? step.fact?.says ?? '',
  ]);
  return [
    `${run}: ${status.state}${status.outcome === null ? '' : `, ${status.outcome}`} (${status.runbook}, mode ${status.mode})`,
    ...(status.because === undefined ? [] : [`because: ${status.because}`]),
    ...(next === '' ? [] : [`next: ${next}`]),
    ...commands.map((command) => `  ${command}`),
    ...(status.lastMessage === '' ? [] : [`last message: ${status.lastMessage}`]),
    ...status.findings.map((finding) => `${finding.isFailure ? 'failure' : 'finding'}: ${finding.says}`),
    ...targetTable(status),
    ...(rows.length === 0 ? [] : ['', markdownTable([['phase', 'step', 'state', '', ''], ...rows])]),
  ].join('\n');
};
