import type { NotExecuted, Report } from '../report.ts';
import { type Html, html, prose } from './html.ts';
import { chip, counted, folded, lines, nothing, section, type Tone } from './pieces.ts';

const toneOf = (state: NotExecuted['state']): Tone =>
  state === 'failed' ? 'bad' : state === 'not-executed' ? 'none' : 'warn';

const line = ({ says, phase, state, why, by }: NotExecuted): Html =>
  html`${chip(toneOf(state), state.replace('-', ' '))} <strong>${prose(says)}</strong> <span class="dim">${phase}</span><br>${prose(why)}${
    by.length === 0 ? '' : html` <span class="dim">decided by ${by.join(', ')}</span>`
  }`;

/** Many steps that share their state and their reason are one line with their number. */
const grouped = (all: readonly NotExecuted[]): Html[] => {
  const groups = Map.groupBy(all, ({ phase, state, why, by }) => JSON.stringify([phase, state, why, by]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length <= 5) return group.map(line);
    const names = html`<ul>${group.map(({ says }) => html`<li>${prose(says)}</li>`)}</ul>`;
    const { state, phase, why } = first;
    const head = html`${chip(toneOf(state), state.replace('-', ' '))} <strong>${counted(group.length, 'step')}</strong> <span class="dim">${phase}</span><br>${prose(why)}`;
    return [html`${head}${folded('which', group.length, names)}`];
  });
};

/** Planned steps whose work does not stand, each with the reason, and what the plan never meant to do. */
export const leftOut = ({ notExecuted, notDone, run, phases }: Report): Html => {
  const planned = phases.reduce((sum, phase) => sum + phase.steps.length, 0);
  const list =
    notExecuted.length > 0
      ? lines(grouped(notExecuted))
      : nothing(
          planned === 0
            ? 'Nothing was planned.'
            : `Nothing: the work of ${planned === 1 ? 'the one planned step' : `all ${planned} planned steps`} stands.`,
        );
  const plan = run.outcome === 'planned' ? nothing('This is a plan: none of its steps was executed.') : null;
  const never =
    notDone.length === 0
      ? null
      : html`<h3>What this run was never meant to do</h3><ul>${notDone.map((one) => html`<li>${prose(one)}</li>`)}</ul>`;
  return section('left-out', 'What was skipped or not executed', plan, list, never);
};
