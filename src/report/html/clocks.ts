import { barX, ruleX } from '@observablehq/plot';
import type { Clock, Report } from '../report.ts';
import { chart } from './chart.ts';
import { type Html, html } from './html.ts';
import { chip, duration, section, time, toneOf } from './pieces.ts';

const measures: Record<Clock['clock'], string> = {
  business: 'From impact to healthy: what users lived through',
  declared: 'From declaration to healthy: what policies quote',
  machine: 'From the last needed approval to healthy: what engineers tune',
};

/** All three bars have one scale, and the promise is a line across each. */
const bar = ({ clock, seconds, decides }: Clock, most: number, objective: number | null): Html =>
  chart(
    {
      width: 300,
      height: 22,
      margin: 0,
      x: { domain: [0, most], axis: null },
      marks: [
        barX([0], { x1: 0, x2: most, fill: 'var(--track)' }),
        ...(seconds === null
          ? []
          : [
              barX([0], {
                x1: 0,
                x2: seconds,
                insetTop: 4,
                insetBottom: 4,
                fill: decides ? 'var(--bar-verdict)' : 'var(--bar)',
              }),
            ]),
        ...(objective === null ? [] : [ruleX([objective], { stroke: 'var(--ink)', strokeWidth: 3 })]),
      ],
    },
    {
      says: `${clock} clock: ${duration(seconds)}${objective === null ? '' : `, promised ${duration(objective)}`}`,
      className: 'bullet',
      stretches: true,
    },
  );

const end = (known: Clock['from'], name: string): Html =>
  known === null
    ? html`<dt>${name}</dt><dd class="dim">not known</dd>`
    : html`<dt>${known.stamp}</dt><dd>${time(known.at)}<br><span class="dim">by ${known.source}</span></dd>`;

const card = (clock: Clock, report: Report, most: number): Html => {
  const { rto } = report;
  const verdict = clock.decides
    ? chip(toneOf[rto.verdict], rto.verdict)
    : html`<span class="dim">gives no verdict</span>`;
  return html`<li class="clock${clock.decides ? ' decides' : ''}"><h3>${clock.clock}</h3>
<p class="big${clock.seconds === null ? ' words' : ''}">${duration(clock.seconds)}</p>
<p>${verdict}</p>
${bar(clock, most, rto.objectiveSeconds)}
<p class="dim">${measures[clock.clock]}</p>
<dl>${end(clock.from, 'from')}${end(clock.to, 'to')}</dl></li>`;
};

/** The three clocks side by side, and what was promised. */
export const clocks = (report: Report): Html => {
  const { rto, clocks: all } = report;
  const most = Math.max(1, rto.objectiveSeconds ?? 0, ...all.map(({ seconds }) => seconds ?? 0)) * 1.05;
  const promised =
    rto.objectiveSeconds === null
      ? html`No recovery time is promised.`
      : html`Promised: <strong>${duration(rto.objectiveSeconds)}</strong>, the line across each bar.`;
  const judged = rto.by === null ? ' No clock could be judged.' : ` The ${rto.by} clock is the one that is judged.`;
  return section(
    'clocks',
    'How long it took',
    html`<p>${promised}${judged}</p><ul class="clocks">${all.map((clock) => card(clock, report, most))}</ul>`,
  );
};
