import prettyBytes from 'pretty-bytes';
import { sayDuration } from '../headline.ts';
import type { BackupLine, Report, TargetLine } from '../report.ts';
import { type Html, html } from './html.ts';
import { type Column, chip, count, counted, duration, section, table, time, toneOf } from './pieces.ts';

/** On a phone a row is a card, and each cell says what it is. */
const cells = (columns: readonly Column[], values: readonly unknown[]): Html[] =>
  values.map((value, at) => html`<span class="label">${columns[at]?.[0]}</span><span>${value}</span>`);

const took = ({ rto }: TargetLine): Html => {
  const seconds = rto.by === null ? null : rto[rto.by];
  const promised = rto.objectiveSeconds === null ? 'nothing promised' : `of ${duration(rto.objectiveSeconds)}`;
  return html`${chip(toneOf[rto.verdict], rto.verdict)}${seconds === null ? '' : html` ${duration(seconds)}`} <span class="dim">${promised}</span>`;
};

const lost = ({ loss }: TargetLine): Html => {
  if (loss === null) return chip('none', 'not measured');
  const known = [loss.claimedSeconds, loss.proven?.seconds ?? null].filter((one) => one !== null);
  const promised = loss.objectiveSeconds === null ? 'nothing promised' : `of ${duration(loss.objectiveSeconds)}`;
  const number = known.length === 0 ? '' : html` ${duration(Math.max(...known))}`;
  return html`${chip(toneOf[loss.verdict], loss.verdict)}${number} <span class="dim">${promised}</span>`;
};

const same = ({ isEqual, objects }: TargetLine): Html => {
  if (isEqual === null) return chip('none', 'not compared');
  return html`${isEqual ? chip('good', 'equal') : chip('bad', 'NOT equal')} <span class="dim">${counted(objects, 'object')}</span>`;
};

const checked = ({ checks, areChecksGreen }: TargetLine): Html =>
  checks === null ? html`<span class="dim">none ran</span>` : chip(areChecksGreen ? 'good' : 'warn', checks);

const targetColumns: readonly Column[] = [['target'], ['how long'], ['what was lost'], ['same data'], ['checks']];

const apart = ({ skewMs }: Report): Html | null =>
  skewMs === null ? null : html`<p class="dim">The instants that the sets show are ${sayDuration(skewMs)} apart.</p>`;

const targets = (report: Report): Html =>
  section(
    'targets',
    'Target by target',
    table(
      'Target by target',
      targetColumns,
      report.targets.map((line) =>
        cells(targetColumns, [
          html`<strong>${line.target}</strong>`,
          took(line),
          lost(line),
          same(line),
          checked(line),
        ]),
      ),
      'each',
    ),
    apart(report),
  );

const number = (value: number | null, say: (value: number) => string): string =>
  value === null ? 'not known' : say(value);

const shows = ({ from, to }: BackupLine): Html =>
  from === null || to === null
    ? html`<span class="dim">not known</span>`
    : from === to
      ? time(from)
      : html`${time(from)} to ${time(to)}`;

const backupColumns: readonly Column[] = [
  ['target'],
  ['set'],
  ['shows'],
  ['objects', 'number'],
  ['rows', 'number'],
  ['size', 'number'],
  ['stored', 'number'],
];

const backups = (report: Report): Html =>
  section(
    'backups',
    'Sets taken',
    table(
      'Sets taken',
      backupColumns,
      report.backups.map((line) =>
        cells(backupColumns, [
          html`<strong>${line.target}</strong>`,
          html`<code>${line.set}</code>`,
          shows(line),
          number(line.objects, count),
          number(line.rows, count),
          number(line.bytes, prettyBytes),
          number(line.storedBytes, prettyBytes),
        ]),
      ),
      'each',
    ),
    apart(report),
  );

/** One row for each target: what a run about several came to, and the sets that a backup took. */
export const eachTarget = (report: Report): Html | null => {
  if (report.backups.length > 0) return backups(report);
  return report.targets.length > 1 ? targets(report) : null;
};
