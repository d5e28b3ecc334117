import { markdownTable } from 'markdown-table';
import type { Status } from '../../domain/run.ts';
import type { RunId } from '../../domain/words.ts';
import { nextCommands } from './next-commands.ts';

/** `approve the switch`: what the engine says for the Temporal UI, without its Markdown. */
export const bare = (markdown: string): string => markdown.replace(/`([^`]*)`|\\(.)|\*\*/gu, '$1$2');

/** The run as a person has to see it: who must act next and what to type comes first. */
export const sayStatus = (run: RunId, status: Status): string => {
  const commands = nextCommands(run, status);
  const isOver = status.state === 'ended';
  const next = status.next === '' ? (isOver ? '' : 'nobody: the machine works') : bare(status.next);
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
    ...(rows.length === 0 ? [] : ['', markdownTable([['phase', 'step', 'state', '', ''], ...rows])]),
  ].join('\n');
};
