import prettyBytes from 'pretty-bytes';
import { sayDuration } from './headline.ts';
import { plain, section, table } from './markdown.ts';
import type { BackupLine, Report, TargetLine } from './report.ts';

const seconds = (value: number | null): string => (value === null ? 'not measured' : sayDuration(value * 1000));

const lossOf = ({ loss }: TargetLine): string => {
  if (loss === null) return 'not measured';
  const known = [loss.claimedSeconds, loss.proven?.seconds ?? null].filter((one) => one !== null);
  return known.length === 0 ? loss.verdict : `${loss.verdict}, ${seconds(Math.max(...known))}`;
};

const sameOf = ({ isEqual, objects }: TargetLine): string => {
  if (isEqual === null) return 'not compared';
  return isEqual ? `equal, ${objects} objects` : '**NOT equal**';
};

const apart = ({ skewMs }: Report): string =>
  skewMs === null ? '' : `The instants that the sets show are ${sayDuration(skewMs)} apart.`;

const targetRow = (line: TargetLine): string[] => {
  const { rto } = line;
  const clock = rto.by === null ? null : rto[rto.by];
  return [
    plain(line.target),
    clock === null ? rto.verdict : `${rto.verdict}, ${seconds(clock)}`,
    lossOf(line),
    sameOf(line),
    line.checks ?? 'none ran',
    plain(line.set ?? ''),
  ];
};

const known = <T>(value: T | null, say: (value: T) => string = String): string =>
  value === null ? 'not known' : say(value);

const backupRow = ({ target, set, from, to, objects, rows, bytes, storedBytes }: BackupLine): string[] => [
  plain(target),
  plain(set),
  from === to ? known(from) : `${known(from)} to ${known(to)}`,
  known(objects),
  known(rows),
  known(bytes, prettyBytes),
  known(storedBytes, prettyBytes),
];

/** One row for each target of a run about several, or for each set that a run took; nothing otherwise. */
export const eachTarget = (report: Report): string => {
  if (report.backups.length > 0) {
    const head = ['target', 'set', 'shows', 'objects', 'rows', 'size', 'stored'];
    const align = ['l', 'l', 'l', 'r', 'r', 'r', 'r'];
    return section('Sets taken', table(head, report.backups.map(backupRow), align), apart(report));
  }
  if (report.targets.length < 2) return '';
  const head = ['target', 'how long', 'lost', 'same data', 'checks', 'set'];
  return section('Target by target', table(head, report.targets.map(targetRow)), apart(report));
};
