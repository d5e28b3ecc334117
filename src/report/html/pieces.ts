import type { Verdict } from '../../domain/clocks.ts';
import type { Instant } from '../../domain/words.ts';
import { sayDuration } from '../headline.ts';
import { type Html, html, trusted } from './html.ts';

/** How good something is. `none` is what was not measured, and never looks like `good`. */
export type Tone = 'good' | 'bad' | 'warn' | 'none' | 'plain';

export const toneOf: Record<Verdict, Tone> = { met: 'good', missed: 'bad', 'not measured': 'none' };

const strokes: Record<Tone, string> = {
  good: 'M5 12.5l4.5 4.5L19 7.5',
  bad: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  warn: 'M12 5v9M12 18.2v.6',
  none: 'M8.7 9.2a3.4 3.4 0 1 1 4.6 3.1c-.9.4-1.3 1-1.3 2.2M12 18.2v.6',
  plain: 'M6 12h12',
};

/** Says by its shape what its colour says; the words beside it say it to those who see neither. */
export const icon = (tone: Tone): Html =>
  html`<svg class="icon ${tone}" viewBox="0 0 24 24" aria-hidden="true">${trusted(`<path d="${strokes[tone]}"/>`)}</svg>`;

export const chip = (tone: Tone, says: string): Html =>
  html`<span class="chip ${tone}">${tone === 'plain' ? '' : icon(tone)}${says}</span>`;

export const swatch = (className: string): Html => html`<span class="swatch ${className}" aria-hidden="true"></span>`;

/** An instant as people read it, in UTC. */
export const time = (at: Instant): Html => {
  const [day = '', clock = ''] = at.split('T');
  return html`<time datetime="${at}"><span class="day">${day}</span> ${clock.replace(/(\.\d+)?Z$/, '')}<span class="day"> UTC</span></time>`;
};

/** A number that people compare: seconds as a duration, or the words for what is not known. */
export const duration = (seconds: number | null, unknown = 'not measured'): string =>
  seconds === null ? unknown : sayDuration(seconds * 1000);

export const count = (value: number): string => value.toLocaleString('en').replaceAll(',', '\u00a0');

/** `1 step`, `2 steps`. */
export const counted = (value: number, thing: string): string => `${count(value)} ${thing}${value === 1 ? '' : 's'}`;

export const section = (id: string, title: string, ...body: readonly (Html | null)[]): Html =>
  html`<section id="${id}" class="card" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`;

export const nothing = (says: string): Html => html`<p class="dim">${says}</p>`;

export type Column = readonly [title: string, kind?: 'number'];

const cell = (column: Column | undefined, value: unknown): Html =>
  column?.[1] === 'number' ? html`<td class="number">${value}</td>` : html`<td>${value}</td>`;

/** A table with its caption for those who hear it. Nothing when there are no rows. */
export const table = (
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly unknown[])[],
  className = '',
): Html | null =>
  rows.length === 0
    ? null
    : html`<table class="${className}"><caption>${caption}</caption><thead><tr>${columns.map(
        ([title, kind]) => html`<th scope="col" class="${kind ?? ''}">${title}</th>`,
      )}</tr></thead><tbody>${rows.map(
        (row) => html`<tr>${row.map((value, index) => cell(columns[index], value))}</tr>`,
      )}</tbody></table>`;

/** Beyond this many, what a list holds has to be opened. */
const mostLines = 12;
/** What would take more than a page of paper stays closed there: the JSON report has it. */
const mostPrinted = 200;

/** Something long that is open on paper, unless it is very long. */
export const folded = (title: string, lines: number, body: Html | null): Html =>
  html`<details class="${lines > mostPrinted ? 'long' : ''}"><summary>${title}</summary>${body}</details>`;

const list = (items: readonly Html[]): Html =>
  html`<ul class="lines">${items.map((item) => html`<li>${item}</li>`)}</ul>`;

/** One line each. Many are cut short, and the others can be opened. */
export const lines = (items: readonly Html[]): Html => {
  const rest = items.slice(mostLines);
  return html`${list(items.slice(0, mostLines))}${rest.length === 0 ? '' : folded(`and ${count(rest.length)} more`, rest.length, list(rest))}`;
};

/** Names with their values, as a description list. */
export const facts = (pairs: readonly (readonly [name: string, value: unknown])[], className = 'facts'): Html =>
  html`<dl class="${className}">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
