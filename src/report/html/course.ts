import { sayDuration } from '../headline.ts';
import type { Report, TimelineEvent } from '../report.ts';
import { gantt } from './gantt.ts';
import { type Html, html, prose } from './html.ts';
import { counted, folded, nothing, section, table, time } from './pieces.ts';

const row = ({ at, what, says, ms }: TimelineEvent): readonly unknown[] => [
  time(at),
  html`<span class="what">${what}</span> ${prose(says)}`,
  ms === null ? '' : sayDuration(ms),
];

const log = ({ timeline }: Report): Html =>
  folded(
    `${counted(timeline.length, 'event')} in order, as text`,
    timeline.length,
    table('Everything that has a time, in order', [['at'], ['what'], ['took', 'number']], timeline.map(row), 'log'),
  );

/** How the run went: a picture, and every event of it as text. */
export const course = (report: Report): Html => {
  const steps = report.phases.flatMap((phase) => phase.steps);
  const never = steps.filter(({ startedAt }) => startedAt === null).length;
  const hasPicture = steps.length > never;
  const body = hasPicture
    ? html`<p class="dim">Times since ${time(report.run.startedAt)}. Steps of the critical path are in full colour.${
        never === 0 ? '' : ` ${counted(never, 'planned step')} never started: see what was left out.`
      }</p>${gantt(report)}`
    : nothing('No step was started.');
  return section('course', 'How it went', body, log(report));
};
