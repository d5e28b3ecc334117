import { barX, stackX } from '@observablehq/plot';
import { partSays } from '../answers.ts';
import { sayDuration } from '../headline.ts';
import type { Leg, Part, Report, Retry } from '../report.ts';
import { chart } from './chart.ts';
import { type Html, html, prose } from './html.ts';
import { counted, lines, nothing, section, swatch, table } from './pieces.ts';

const share = (ms: number, total: number): string => {
  const percent = total === 0 ? 0 : (100 * ms) / total;
  return percent > 0 && percent < 1 ? '< 1 %' : `${Math.round(percent)} %`;
};

const parts = (title: string, list: readonly Part[]): Html | null => {
  const total = list.reduce((sum, { ms }) => sum + ms, 0);
  if (total === 0) return null;
  const picture = chart(
    {
      width: 900,
      height: 30,
      margin: 0,
      x: { domain: [0, total], axis: null },
      marks: [barX(list, stackX({ x: 'ms', fill: ({ part }: Part) => `var(--part-${part})`, order: null }))],
      color: { type: 'identity' },
    },
    {
      says: `${title}: ${list.map(({ part, ms }) => `${partSays[part]} ${share(ms, total)}`).join(', ')}`,
      className: 'parts',
      stretches: true,
    },
  );
  const rows = list.map(({ part, ms }) => [
    html`${swatch(`part-${part}`)}${partSays[part]}`,
    sayDuration(ms),
    share(ms, total),
  ]);
  return html`<div><h3>${title}: ${sayDuration(total)}</h3>${picture}${table(title, [['part'], ['time', 'number'], ['share', 'number']], rows, 'legend')}</div>`;
};

/** Of a longer path the longest legs are told, in their order. */
const mostLegs = 15;

const path = ({ criticalPath: { until, legs } }: Report): Html | null => {
  if (legs.length === 0) return null;
  const sum = (some: readonly Leg[]): number => some.reduce((ms, leg) => ms + leg.gapMs + leg.ms, 0);
  const total = sum(legs);
  const longest = legs.toSorted((a, b) => b.ms - a.ms).slice(0, mostLegs);
  const shorter = legs.filter((leg) => !longest.includes(leg));
  const rows = legs
    .filter((leg) => longest.includes(leg))
    .map(({ says, phase, gapMs, ms }) => [
      html`${ms === longest[0]?.ms ? html`<strong>${prose(says)}</strong>` : prose(says)} <span class="dim">${phase}</span>`,
      gapMs === 0 ? '' : sayDuration(gapMs),
      sayDuration(ms),
      share(ms, total),
    ]);
  const rest = sum(shorter);
  const others = [
    `${counted(shorter.length, 'shorter step')} with their waits`,
    '',
    sayDuration(rest),
    share(rest, total),
  ];
  return html`<h3>Critical path to ${until}: ${sayDuration(total)}</h3><p class="dim">The chain of steps that decided how long it took; the longest is bold.</p>${table(
    'Critical path',
    [['step'], ['waited before', 'number'], ['took', 'number'], ['share', 'number']],
    shorter.length === 0 ? rows : [...rows, others],
  )}`;
};

const retry = ({ says, attempts, state, failure }: Retry): Html =>
  html`<strong>${prose(says)}</strong>: ${attempts} attempts, ended ${state}${failure === null ? '' : html`<br><span class="dim">${prose(failure)}</span>`}`;

const retries = ({ retries: list }: Report): Html | null =>
  list.length === 0 ? null : html`<h3>Tried more than once</h3>${lines(list.map(retry))}`;

/** Where the time went: by kind of time, and by the chain of steps that decided it. */
export const slow = (report: Report): Html => {
  const { recovery, run } = report.parts;
  const both = [
    recovery === null ? null : parts('On the clock that is judged', recovery),
    parts('From the start of the run to its end', run),
  ].filter((one) => one !== null);
  const body = [
    both.length === 0 ? null : html`<div class="${both.length > 1 ? 'columns' : ''}">${both}</div>`,
    path(report),
    retries(report),
  ];
  return section(
    'slow',
    'What was slow',
    ...(body.some((one) => one !== null) ? body : [nothing('No time was measured.')]),
  );
};
