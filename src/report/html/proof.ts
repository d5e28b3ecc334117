import { type CheckRow, countChecks } from '../../domain/checks.ts';
import type { EqualityRow } from '../../domain/fingerprint.ts';
import type { ChecklistItem, ChecksTable, EqualityTable, Report } from '../report.ts';
import { type Html, html, prose } from './html.ts';
import { chip, count, counted, folded, icon, nothing, section, type Tone, table } from './pieces.ts';

/** Equal objects beyond this many are counted, not listed. Different ones are always listed. */
const equalRowsShown = 200;
/** More equal objects than these have to be opened. */
const equalRowsOpen = 20;

const tones: Record<ChecklistItem['state'], Tone> = {
  yes: 'good',
  no: 'bad',
  'not applicable': 'plain',
  'not measured': 'none',
};

/** The questions an auditor asks. */
export const checklist = ({ checklist: items }: Report): Html =>
  section(
    'checklist',
    'Checklist',
    html`<ul class="checklist">${items.map(
      ({ item, state, because }) =>
        html`<li>${icon(tones[state])}<div><strong>${item}</strong>: ${state}<br><span class="dim">${prose(because)}</span></div></li>`,
    )}</ul>`,
  );

const rows = (value: number | null): string => (value === null ? 'absent' : count(value));

const objectTable = (caption: string, all: readonly EqualityRow[]): Html | null =>
  table(
    caption,
    [['object'], ['expected rows', 'number'], ['found rows', 'number'], ['content']],
    all.map((row) => [
      html`<bdi>${row.object}</bdi>`,
      rows(row.expectedRows),
      rows(row.foundRows),
      row.equal ? html`<span class="says-good">equal</span>` : html`<strong class="says-bad">different</strong>`,
    ]),
  );

const equalOnes = (name: string, equal: readonly EqualityRow[]): Html | null => {
  const caption = `Objects of ${name} that equal the backup set`;
  const all = objectTable(caption, equal);
  return equal.length > equalRowsOpen ? folded(counted(equal.length, 'equal object'), equal.length, all) : all;
};

const comparison = ({ step, target, isEqual, objects, rows: all }: EqualityTable): Html => {
  const name = target ?? step;
  const different = all.filter((row) => !row.equal);
  const equal = all.filter((row) => row.equal).slice(0, equalRowsShown);
  const hidden = objects - different.length - equal.length;
  const verdict = isEqual
    ? chip('good', `all ${counted(objects, 'object')} equal`)
    : chip('bad', `NOT equal: ${count(different.length)} of ${counted(objects, 'object')} differ`);
  return html`<h3>${name} ${objects === 0 ? chip('none', 'nothing was compared') : verdict}</h3>${objectTable(
    `Objects of ${name} that differ from the backup set`,
    different,
  )}${equalOnes(name, equal)}${hidden > 0 ? nothing(`and ${count(hidden)} more, in the JSON report or the evidence beside it`) : ''}`;
};

/** Every object compared with the backup set, those that differ first. */
export const equality = ({ equality: tables }: Report): Html =>
  section(
    'equality',
    'Equality with the backup',
    ...(tables.length === 0 ? [nothing('Not measured: nothing was compared.')] : tables.map(comparison)),
  );

const checkTones: Record<CheckRow['state'], Tone> = { green: 'good', red: 'bad', 'not measured': 'none' };

const worst = (rows: readonly CheckRow[]): Tone => {
  if (rows.some(({ state }) => state === 'red')) return 'bad';
  return rows.length > 0 && rows.every(({ state }) => state === 'green') ? 'good' : 'none';
};

const examples = ({ examples: some = [] }: CheckRow): Html | null =>
  some.length === 0 ? null : html`<br><span class="dim">for example <bdi>${some.join(', ')}</bdi></span>`;

const checkTable = ({ step, target, rows: all }: ChecksTable): Html =>
  html`<h3>${target ?? step} ${chip(worst(all), countChecks(all))}</h3>${table(
    `Checks of ${target ?? step}`,
    [['check'], ['expected'], ['found']],
    all.map((row) => [
      html`${chip(checkTones[row.state], row.state)} ${prose(row.says)}${examples(row)}`,
      prose(row.expected),
      prose(row.found),
    ]),
  )}`;

/** What the estate says must be true of its data, when it says anything. */
export const checks = ({ checks: tables }: Report): Html | null =>
  tables.length === 0 ? null : section('checks', 'Checks', ...tables.map(checkTable));
