import { countChecks } from '../domain/checks.ts';
import type { Loss } from '../domain/loss.ts';
import { sayDuration } from './headline.ts';
import { plain, prose, section, table } from './markdown.ts';
import type { ChecksTable, Clock, EqualityTable, Report } from './report.ts';

/** Equal objects beyond this many are counted, not listed. Different ones are always listed. */
const equalRowsShown = 200;

const seconds = (value: number | null, unknown = 'not measured'): string =>
  value === null ? unknown : sayDuration(value * 1000);

const clockEnd = (end: Clock['from']): string =>
  end === null ? 'not known' : `${end.stamp} ${end.at} (${end.source})`;

const recovery = ({ rto, clocks }: Report): string =>
  section(
    'Recovery time',
    `**RTO ${rto.verdict}** (promised: ${seconds(rto.objectiveSeconds, 'nothing')})`,
    table(
      ['clock', 'took', 'from', 'to', ''],
      clocks.map((clock) => [
        clock.clock,
        seconds(clock.seconds),
        clockEnd(clock.from),
        clockEnd(clock.to),
        clock.decides ? 'gives the verdict' : '',
      ]),
    ),
  );

const canaries = ({ proven }: Loss): string => {
  if (proven === null) return 'none';
  const strange = [
    proven.missing > 0 ? `${proven.missing} missing` : '',
    proven.holes.length > 0 ? `holes at ${proven.holes.slice(0, 20).join(', ')}` : '',
    proven.unknown.length > 0 ? `never acknowledged: ${proven.unknown.slice(0, 20).join(', ')}` : '',
  ];
  return strange.filter((one) => one !== '').join('; ') || 'all present';
};

const lossRow = (target: string, loss: Loss | null): string[] =>
  loss === null
    ? [plain(target), 'not measured', '', '', '', '']
    : [
        plain(target),
        loss.verdict,
        seconds(loss.claimedSeconds, 'not known'),
        seconds(loss.proven?.seconds ?? null),
        canaries(loss),
        loss.rows === null ? 'not counted' : String(loss.rows),
      ];

const dataLoss = ({ loss }: Report): string =>
  section(
    'Data loss',
    `**RPO ${loss.verdict}** (promised: ${seconds(loss.objectiveSeconds, 'nothing')})`,
    table(
      ['target', 'verdict', 'claimed', 'proven', 'canaries', 'rows'],
      loss.targets.map((one) => lossRow(one.target, one.loss)),
    ),
  );

const checklist = ({ checklist: items }: Report): string =>
  section(
    'Checklist',
    table(
      ['', 'state', 'because'],
      items.map(({ item, state, because }) => [item, state, prose(because)]),
    ),
  );

const comparison = ({ step, target, isEqual, objects, rows }: EqualityTable): string => {
  const different = rows.filter((row) => !row.equal);
  const equal = rows.filter((row) => row.equal);
  const hidden = objects - different.length - Math.min(equal.length, equalRowsShown);
  const count = (value: number | null) => (value === null ? 'absent' : String(value));
  return [
    `${plain(target ?? step)}: **${isEqual ? `all ${objects} objects equal` : `NOT equal, ${different.length} of ${objects} objects differ`}**`,
    table(
      ['object', 'expected rows', 'found rows', 'content'],
      [...different, ...equal.slice(0, equalRowsShown)].map((row) => [
        plain(row.object),
        count(row.expectedRows),
        count(row.foundRows),
        row.equal ? 'equal' : '**different**',
      ]),
      ['l', 'r', 'r', 'l'],
    ),
    hidden > 0 ? `and ${hidden} more, in the JSON report or the evidence beside it` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
};

const equality = (report: Report): string =>
  section('Equality', report.equality.map(comparison).join('\n\n') || 'nothing was compared');

const checkTable = ({ step, target, rows }: ChecksTable): string =>
  [
    `${plain(target ?? step)}: ${rows.some(({ state }) => state !== 'green') ? `**${countChecks(rows)}**` : countChecks(rows)}`,
    table(
      ['check', 'state', 'expected', 'found', 'examples'],
      rows.map((row) => [
        prose(row.says),
        row.state === 'green' ? row.state : `**${row.state}**`,
        prose(row.expected),
        prose(row.found),
        plain((row.examples ?? []).join(', ')),
      ]),
    ),
  ].join('\n\n');

const checks = (report: Report): string => section('Checks', report.checks.map(checkTable).join('\n\n'));

/** What was measured, each number with its promise. */
export const proofSections = (report: Report): string[] => [
  recovery(report),
  dataLoss(report),
  checklist(report),
  equality(report),
  checks(report),
];
