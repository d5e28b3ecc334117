import prettyBytes from 'pretty-bytes';
import { answers } from './answers.ts';
import { sayDuration } from './headline.ts';
import { list, plain, prose, section, table } from './markdown.ts';
import { courseSections } from './render-course.ts';
import { eachTarget } from './render-each-target.ts';
import { proofSections } from './render-proof.ts';
import type { Report } from './report.ts';

const orUnknown = (text: string | null): string => (text === null ? 'not known' : prose(text));

const summary = ({ run }: Report): string =>
  table(
    ['run', plain(run.id)],
    [
      ['runbook', `${plain(run.runbook)}: ${prose(run.says)}`],
      ['mode', run.mode],
      ['targets', plain(run.targets.join(', '))],
      ['incident', orUnknown(run.incident)],
      ['why', orUnknown(run.why)],
      ['started by', `${orUnknown(run.starter.person)} (${run.starter.proven ? 'proven' : 'not proven'})`],
      ['started', run.startedAt],
      ['ended', `${run.endedAt}, after ${sayDuration(run.ms)}`],
      ['outcome', `${run.outcome}${run.because === null ? '' : `: ${prose(run.because)}`}`],
      ['plan', run.plan],
      ['estate', run.estate],
    ],
  );

const breakGlass = (report: Report): string =>
  report.decisions
    .filter((one) => one.isBreakGlass)
    .map(
      ({ person, answer, gate, why }) =>
        `> **BREAK-GLASS**: ${plain(person)}, whom nobody proved, answered ${answer} at ${plain(gate)}: ${prose(why ?? 'no reason given')}`,
    )
    .join('\n>\n');

const findings = (report: Report): string =>
  section('Findings', list(report.findings.map((one) => `${one.isFailure ? '**failure**: ' : ''}${prose(one.says)}`)));

const sets = (report: Report): string =>
  section(
    'Backup sets',
    table(
      ['set', 'target', 'shows', 'size', 'digest'],
      report.sets.map((one) => [
        plain(one.set),
        plain(one.target),
        one.from === one.to ? one.from : `${one.from} to ${one.to}`,
        prettyBytes(one.bytes),
        one.digest,
      ]),
    ),
  );

const versions = (report: Report): string =>
  section(
    'Versions',
    table(
      ['what', 'version'],
      Object.entries(report.versions).map(([what, version]) => [plain(what), plain(version)]),
    ),
  );

/** The report as people read it: the answer first, then what proves it, then how it went. Ends with a line break. */
export const renderMarkdown = (report: Report): string => {
  const parts = [
    `# ${answers[report.headline.answer]}`,
    prose(report.headline.says),
    breakGlass(report),
    eachTarget(report),
    summary(report),
    findings(report),
    ...proofSections(report),
    ...courseSections(report),
    sets(report),
    versions(report),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
};
