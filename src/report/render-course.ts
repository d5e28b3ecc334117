import { partSays } from './answers.ts';
import { sayDuration } from './headline.ts';
import { list, plain, prose, section, table } from './markdown.ts';
import type { Part, Report } from './report.ts';

const partTable = (title: string, parts: readonly Part[] | null): string => {
  if (parts === null) return `${title}: not measured`;
  const total = parts.reduce((sum, { ms }) => sum + ms, 0);
  const rows = parts.map(({ part, ms }) => [partSays[part], sayDuration(ms), `${Math.round((100 * ms) / total)} %`]);
  return table([title, 'time', 'share'], [...rows, ['**in all**', sayDuration(total), '']], ['l', 'r', 'r']);
};

const criticalPath = ({ criticalPath: { until, legs } }: Report): string =>
  section(
    `Critical path to ${until}`,
    table(
      ['step', 'phase', 'waited before', 'took'],
      legs.map((leg) => [prose(leg.says), plain(leg.phase), sayDuration(leg.gapMs), sayDuration(leg.ms)]),
      ['l', 'l', 'r', 'r'],
    ),
  );

const decisions = (report: Report): string =>
  section(
    'Decisions',
    table(
      ['at', 'gate', 'risk', 'who', 'answer', 'proof', 'why'],
      report.decisions.map((one) => [
        one.at,
        plain(one.gate),
        one.risk ?? '',
        plain(one.person),
        one.answer,
        one.isBreakGlass ? '**BREAK-GLASS, nobody was proven**' : one.proof,
        prose(one.why ?? ''),
      ]),
    ),
  );

const waits = (report: Report): string =>
  section(
    'Waits',
    table(
      ['from', 'kind', 'what for', 'lasted'],
      report.waits.map((one) => [
        one.from,
        one.kind,
        prose(one.says),
        `${sayDuration(one.ms)}${one.wasEnded ? '' : ', never answered'}`,
      ]),
    ),
  );

const retries = (report: Report): string =>
  section(
    'Retries',
    table(
      ['step', 'attempts', 'ended', 'last failure'],
      report.retries.map((one) => [prose(one.says), String(one.attempts), one.state, prose(one.failure ?? '')]),
    ),
  );

const notExecuted = (report: Report): string =>
  section(
    'Steps not executed',
    table(
      ['step', 'phase', 'state', 'why', 'by'],
      report.notExecuted.map((one) => [
        prose(one.says),
        plain(one.phase),
        one.state,
        prose(one.why),
        plain(one.by.join(', ')),
      ]),
    ),
  );

const timeline = (report: Report): string =>
  section(
    'Timeline',
    table(
      ['at', 'what', '', 'took'],
      report.timeline.map((one) => [one.at, one.what, prose(one.says), one.ms === null ? '' : sayDuration(one.ms)]),
    ),
  );

/** How it went: where the time went, who decided what, what was repeated and what was left out. */
export const courseSections = (report: Report): string[] => [
  section(
    'Where the time went',
    partTable('on the clock that gives the verdict', report.parts.recovery),
    partTable('from the start of the run to its end', report.parts.run),
  ),
  criticalPath(report),
  decisions(report),
  waits(report),
  retries(report),
  notExecuted(report),
  section('What this run does not do', list(report.notDone.map(prose))),
  timeline(report),
  section('Notes', list(report.notes.map((note) => `${note.at} ${prose(note.says)}`))),
];
