import { axisX, gridX, type Markish, rect, ruleX, text } from '@observablehq/plot';
import { formatDuration } from '../../domain/duration.ts';
import { sayDuration } from '../headline.ts';
import type { Report } from '../report.ts';
import { chart } from './chart.ts';
import { type Row, rowsOf, type Stretch } from './gantt-rows.ts';
import { type Html, html, visible } from './html.ts';
import { swatch } from './pieces.ts';

/** Pixels of a picture whose lines have a name, bars and an end. */
interface Shape {
  className: string;
  width: number;
  margin: { left: number; right: number };
  line: number;
  bar: { from: number; to: number };
  /** Height of names and ends in their line, and how wide a name may be. */
  words: { y: number; size: number; width: number };
  ticks: number;
  mostRows: number;
}

const wide: Shape = {
  className: 'gantt wide',
  width: 960,
  margin: { left: 340, right: 140 },
  line: 27,
  bar: { from: 7, to: 20 },
  words: { y: 13.5, size: 13, width: 310 },
  ticks: 6,
  mostRows: 60,
};

/** For phones: names stand above their bars. */
const narrow: Shape = {
  className: 'gantt narrow',
  width: 320,
  margin: { left: 14, right: 14 },
  line: 40,
  bar: { from: 22, to: 32 },
  words: { y: 12, size: 12.5, width: 195 },
  ticks: 3,
  mostRows: 40,
};

const indent = 12;
const axisHeight = 30;

interface Line {
  row: Row;
  top: number;
}

/** Letters of wide fonts take more room than the library reckons with, bold ones most. */
const roomFor = (fontWeight: number): number => (fontWeight > 500 ? 0.85 : 0.93);
/** Keeps words readable where a line of the picture runs behind them. */
const halo = { stroke: 'var(--card)', strokeWidth: 4 } as const;

const endOf = ({ ms, note }: Row): string => [sayDuration(ms), note].filter((one) => one !== '').join(', ');

interface Bar extends Stretch {
  top: number;
  says: string;
  opacity: number;
}

/** Nothing that happened is too short to be seen. */
const barsOf = (lines: readonly Line[], leastMs: number): Bar[] =>
  lines.flatMap(({ row, top }) =>
    row.stretches.map((stretch) => ({
      ...stretch,
      to: Math.max(stretch.to, stretch.from + leastMs),
      top,
      says: visible(`${row.says}: ${endOf(row)}`),
      opacity: row.kind === 'step' && !row.isCritical ? 0.55 : 1,
    })),
  );

const names = (lines: readonly Line[], shape: Shape, look: { dx: number; fontWeight: number; fill: string }): Markish =>
  text(lines, {
    frameAnchor: 'left',
    y: ({ top }: Line) => top + shape.words.y,
    text: ({ row }: Line) => visible(row.says),
    textAnchor: 'start',
    fontSize: shape.words.size,
    lineWidth: (roomFor(look.fontWeight) * (shape.words.width - look.dx)) / shape.words.size,
    textOverflow: 'ellipsis',
    fontWeight: look.fontWeight,
    fill: look.fill,
    ...halo,
    dx: look.dx - shape.margin.left,
  });

const ends = (lines: readonly Line[], shape: Shape): Markish =>
  text(lines, {
    frameAnchor: 'right',
    y: ({ top }: Line) => top + shape.words.y,
    text: ({ row }: Line) => endOf(row),
    textAnchor: 'end',
    fontSize: shape.words.size - 0.5,
    fill: 'var(--dim)',
    ...halo,
    dx: shape.margin.right,
  });

const healthyLine = ({ run, stamps }: Report): Markish[] => {
  const healthy = stamps.find(({ stamp }) => stamp === 'healthy');
  const ms = healthy === undefined ? -1 : Date.parse(healthy.at) - Date.parse(run.startedAt);
  if (ms < 0 || ms > run.ms) return [];
  return [ruleX([new Date(ms)], { stroke: 'var(--good)', strokeWidth: 1.5, strokeDasharray: '4 3' })];
};

const draw = (report: Report, shape: Shape, says: string): Html => {
  const lines = rowsOf(report, shape.mostRows).map((row, index) => ({ row, top: axisHeight + index * shape.line }));
  const { left, right } = shape.margin;
  const wholeMs = Math.max(1, report.run.ms);
  const bars = barsOf(lines, (2 * wholeMs) / (shape.width - left - right));
  const isPhase = ({ row }: Line) => row.kind === 'phase';
  const others = lines.filter((line) => !isPhase(line));
  const height = axisHeight + lines.length * shape.line + 4;
  return chart(
    {
      width: shape.width,
      height,
      marginTop: axisHeight,
      marginBottom: 4,
      marginLeft: left,
      marginRight: right,
      x: { type: 'utc', domain: [new Date(0), new Date(wholeMs)] },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      opacity: { type: 'identity' },
      marks: [
        gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks: shape.ticks }),
        axisX({
          anchor: 'top',
          ticks: shape.ticks,
          tickSize: 0,
          tickFormat: (since: Date) => (since.getTime() === 0 ? 'start' : formatDuration(since.getTime())),
          fontSize: shape.words.size - 1.5,
          fill: 'var(--dim)',
          label: null,
        }),
        healthyLine(report),
        rect(bars, {
          x1: ({ from }: Bar) => new Date(from),
          x2: ({ to }: Bar) => new Date(to),
          y1: ({ top, kind }: Bar) =>
            top + (kind === 'phase' ? (shape.bar.from + shape.bar.to) / 2 - 2 : shape.bar.from),
          y2: ({ top, kind }: Bar) => top + (kind === 'phase' ? (shape.bar.from + shape.bar.to) / 2 + 2 : shape.bar.to),
          fill: ({ kind }: Bar) => `var(--bar-${kind})`,
          fillOpacity: 'opacity',
          title: 'says',
        }),
        names(lines.filter(isPhase), shape, { dx: 0, fontWeight: 650, fill: 'var(--ink)' }),
        names(
          others.filter(({ row }) => row.isCritical),
          shape,
          { dx: indent, fontWeight: 400, fill: 'var(--ink)' },
        ),
        names(
          others.filter(({ row }) => !row.isCritical),
          shape,
          { dx: indent, fontWeight: 400, fill: 'var(--dim)' },
        ),
        ends(lines, shape),
      ],
    },
    { says, className: shape.className },
  );
};

const keys: readonly (readonly [Stretch['kind'], string])[] = [
  ['work', 'at work'],
  ['human', 'waiting for a person'],
  ['hold', 'on hold'],
  ['lock', 'waiting for another run'],
  ['queue', 'waiting for a worker'],
  ['failed', 'failed attempts'],
  ['undone', 'taken back'],
];

/** Only what the picture holds. */
const legend = (report: Report): Html => {
  const shown = new Set(rowsOf(report, wide.mostRows).flatMap(({ stretches }) => stretches.map(({ kind }) => kind)));
  const used = keys.filter(([kind]) => shown.has(kind));
  const healthy = healthyLine(report).length === 0 ? '' : html`<li>${swatch('line-healthy')}healthy</li>`;
  return html`<ul class="keys">${used.map(([kind, says]) => html`<li>${swatch(`bar-${kind}`)}${says}</li>`)}${healthy}</ul>`;
};

/** Phases, steps, attempts and waits over the time of the run: once for a desk and paper, once for a phone. */
export const gantt = (report: Report): Html => {
  const says = `Phases and steps over ${sayDuration(report.run.ms)}; the log below holds all of it as text`;
  return html`${legend(report)}${draw(report, wide, says)}${draw(report, narrow, says)}`;
};
