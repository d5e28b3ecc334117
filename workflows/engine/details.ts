import { formatDuration } from '../../src/domain/duration.ts';
import type { Phase, Plan, Step } from '../../src/domain/plan.ts';
import { renderPlan } from '../../src/domain/render-plan.ts';
import { approvalsNeeded } from '../../src/domain/risk.ts';
import type { StepRecord } from '../../src/domain/run.ts';
import { progressOf } from './attributes.ts';
import type { Run } from './run.ts';
import { stateOf } from './run.ts';
import { byteLength, cutText, inline } from './text.ts';

const code = (text: string): string => `\`${text}\``;

const gateLine = (run: Run): string => {
  const lines = run.gates.map((gate) => {
    const { starter } = run.plan!;
    const people = new Set(run.decisions.filter((one) => one.gate === gate.id).map((one) => one.person));
    const missing = approvalsNeeded(gate.risk, starter) - people.size;
    const not = starter.proven && starter.person !== null ? `, not ${starter.person}` : '';
    const which = run.gates.length > 1 ? `,"gate":"${gate.id}"` : '';
    const who = missing === 1 ? `one person${not} decides` : `${missing} different people${not} decide`;
    return `**${who}** by ${gate.expiresAt}: ${inline(gate.asks)} Update ${code('approve')} with ${code(`{"code":"123456"${which}}`)}, or ${code('deny')}`;
  });
  return lines.join('; ');
};

const questionLine = (run: Run): string => {
  const [question] = run.questions;
  if (question === undefined) return '';
  const which = run.questions.length > 1 ? `{"step":"${question.step}"}` : '{}';
  const skip = question.skippable === undefined ? '' : `, ${code('skipStep')} with ${code('{"why":"…"}')}`;
  const by = question.expiresAt === null ? '' : ` by ${question.expiresAt}`;
  return `**on-call decides${by}** about step ${question.step}: ${inline(cutText(question.failure, 600))} Update ${code('retryStep')} with ${code(which)}${skip}, or ${code('abort')} with ${code('{"why":"…"}')}`;
};

const holdLines = ({ hold }: Run): string[] =>
  hold === null
    ? []
    : [`**on-call resumes** (on hold: ${inline(hold.says)}): Update ${code('resume')} with ${code('{}')}`];

/** How it ended: what the report says, or without one why. */
const endLine = (run: Run): string => {
  const says = run.plan === null ? run.stop?.because : run.said;
  return `**${run.outcome}**${says === undefined || says === '' ? '' : `: ${inline(says)}`}`;
};

/** Who must act next, and what they paste; empty while the machine works. */
export const nextOf = (run: Run): string => {
  const state = stateOf(run);
  if (state === 'asking') return [questionLine(run), ...holdLines(run)].join('; ');
  if (state === 'approving') return [gateLine(run), ...holdLines(run)].join('; ');
  return state === 'held' ? holdLines(run).join('') : '';
};

const headline = (run: Run): string => {
  const next = nextOf(run);
  if (next !== '') return `Next: ${next}`;
  const state = stateOf(run);
  if (state === 'ended') return endLine(run);
  if (state === 'undoing') return `Next: nobody. Undoing, last step first: ${inline(run.stop?.because ?? '')}`;
  if (state === 'planning') return 'Next: nobody. The plan is being made.';
  const busy = run.steps.filter((one) => one.state === 'running').map((one) => inline(one.says));
  return `Next: nobody. At work: ${busy.join(', ') || 'between two steps'}.`;
};

const stateCell = (record: StepRecord): string => {
  if (record.state === 'running' && record.percent !== undefined) return `${record.percent} %`;
  return record.attempts > 1 ? `${record.state}, attempt ${record.attempts}` : record.state;
};

const timeCell = (record: StepRecord): string => {
  if (record.startedAt === undefined) return '';
  if (record.endedAt === undefined) return `since ${record.startedAt.slice(11, 19)}Z`;
  return formatDuration(Math.max(0, Date.parse(record.endedAt) - Date.parse(record.startedAt)));
};

const wordCell = (step: Step, record: StepRecord): string =>
  record.failure ?? record.skipped?.why ?? record.fact?.says ?? (step.kind === 'gate' ? step.asks : '');

const rowsOf = (run: Run, phase: Phase): string[] =>
  phase.steps.map((step) => {
    const record = run.steps.find((one) => one.id === step.id)!;
    const said = inline(cutText(wordCell(step, record), 120));
    return `| ${phase.id} | ${inline(step.says)} | ${stateCell(record)} | ${timeCell(record)} | ${said} |`;
  });

const howTo = [
  'Updates (More Actions, Send an Update; paste, then press Tab):',
  `${code('hold')} ${code('{"why":"…"}')}, ${code('resume')} ${code('{}')}, ${code('abort')} ${code('{"why":"…"}')}, ${code('note')} ${code('{"says":"…"}')}.`,
  'Cancel means abort. Press R on this tab to refresh.',
].join(' ');

const mostBytes = 18_000;

/** As many rows as fit; what is left out is said. */
const rowsWithin = (rows: readonly string[], left: number): string[] => {
  const kept: string[] = [];
  let bytes = 0;
  for (const row of rows) {
    bytes += byteLength(row) + 1;
    if (bytes > left) return [...kept, `| … | ${rows.length - kept.length} more: query status | | | |`];
    kept.push(row);
  }
  return kept;
};

const howToRun = (plan: Plan): string =>
  `Nothing was changed. To do it, start ${plan.runbook} again with ${code(JSON.stringify({ ...plan.input, mode: 'live' }))}, or mode "drill".`;

/** The last lines of current details are clipped by the page: two empty paragraphs give them room. */
const tail = ['\u00a0', '\u00a0'];

/**
 * Current details as Markdown, below 20 kB: first who must act next with what to paste, then what happened to every
 * step. In mode plan: every effect the run would have.
 */
export const renderDetails = (run: Run): string => {
  const { plan } = run;
  if (plan?.mode === 'plan')
    return [headline(run), howToRun(plan), cutText(renderPlan(plan), mostBytes), ...tail].join('\n\n');
  const about =
    plan === null
      ? []
      : [
          `${run.name}, mode **${plan.mode}**, ${plan.targets.join(', ')}; ${progressOf(run)} % done; plan ${code(plan.digest.slice(0, 12))}`,
        ];
  const heard = run.lastMessage === '' ? [] : [`Last message: ${inline(cutText(run.lastMessage, 500))}`];
  const findings = run.findings
    .slice(-10)
    .map((one) => `- ${one.isFailure ? '**failure** ' : ''}${inline(cutText(one.says, 300))}`);
  const head = [headline(run), ...about, ...heard, ...(findings.length === 0 ? [] : [findings.join('\n')])];
  const rows = plan === null ? [] : plan.phases.flatMap((phase) => rowsOf(run, phase));
  const left = mostBytes - byteLength([...head, howTo, ...tail].join('\n\n'));
  const howToSteer = stateOf(run) === 'ended' ? [] : [howTo];
  const table = ['| phase | step | state | time | |', '|:--|:--|:--|:--|:--|', ...rowsWithin(rows, left)].join('\n');
  return [...head, ...(rows.length === 0 ? [] : [table]), ...howToSteer, ...tail].join('\n\n');
};
