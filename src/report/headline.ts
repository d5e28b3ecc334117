import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { Rto } from '../domain/clocks.ts';
import type { RunRecord } from '../domain/run.ts';
import { isEqual } from './equality.ts';
import type { BackupLine, EqualityTable, Headline, LossSummary } from './report.ts';
import type { Deciding } from './target-lines.ts';

/** `1m 2s`, and milliseconds below one second. */
export const sayDuration = (ms: number): string => prettyMilliseconds(Math.round(ms), { secondsDecimalDigits: 1 });

const saySeconds = (seconds: number): string => sayDuration(seconds * 1000);

/** Whose time that is, where there are several targets. */
const whose = ({ target, rto, alike, of }: Deciding): string => {
  if (target === null) return '';
  if (rto.verdict === 'met') return ` (${target}, the slowest of ${of} targets)`;
  return alike < 2 ? ` (${target}, one of ${of} targets)` : ` (${target}; and ${alike - 1} more of ${of} targets)`;
};

export const sayRto = (deciding: Deciding, why: string | null): string => {
  const { rto } = deciding;
  if (why !== null) return `not measured: ${why}${whose(deciding)}`;
  const seconds = rto.by === 'business' ? rto.business : rto.declared;
  return `${rto.verdict}: ${saySeconds(seconds!)} of ${saySeconds(rto.objectiveSeconds!)} on the ${rto.by} clock${whose(deciding)}`;
};

export const sayRpo = (loss: LossSummary): string => {
  const said = sayWorst(loss);
  const { targets, worstTarget } = loss;
  const silent = targets.filter((one) => one.loss === null || one.loss.verdict === 'not measured').length;
  if (targets.length < 2 || worstTarget === null) return said;
  const others =
    silent > 0 && silent < targets.length ? `; not measured for ${silent} of ${targets.length} targets` : '';
  return `${said} (${worstTarget}, the worst of ${targets.length} targets${others})`;
};

const sayWorst = ({ verdict, worst }: LossSummary): string => {
  if (worst === null) return 'not measured: no loss was measured';
  const { proven, claimedSeconds, objectiveSeconds } = worst;
  const claimed = claimedSeconds === null ? 'claimed not known' : `claimed ${saySeconds(claimedSeconds)}`;
  if (proven === null) return `not measured: ${claimed}, no canaries prove it`;
  const strange = [
    proven.holes.length > 0 ? `${proven.holes.length} holes` : '',
    proven.unknown.length > 0 ? `${proven.unknown.length} canaries nobody acknowledged` : '',
  ].filter((one) => one !== '');
  const numbers = [`proven ${saySeconds(proven.seconds)}`, claimed, ...strange].join(', ');
  if (objectiveSeconds === null) return `${verdict}: ${numbers}; no objective is promised`;
  return `${verdict}: ${numbers}; promised ${saySeconds(objectiveSeconds)}`;
};

const answerOf = (
  record: RunRecord,
  rto: Rto,
  loss: LossSummary,
  tables: readonly EqualityTable[],
): Headline['answer'] => {
  const { outcome } = record;
  if (outcome === 'planned') return 'planned';
  if (outcome === 'failed' || outcome === 'aborted' || isEqual(tables) === false) return 'no';
  if (rto.verdict === 'missed' || loss.verdict === 'missed') return 'no';
  if (outcome === 'partially-failed') return 'partly';
  return rto.verdict === 'met' && loss.verdict === 'met' && isEqual(tables) === true ? 'yes' : 'not measured';
};

/** What was taken, and how far apart it is. */
const sayBackups = (backups: readonly BackupLine[], skewMs: number | null): string => {
  if (backups.length === 0) return '';
  const bytes = backups.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const apart = skewMs === null ? '' : `, ${sayDuration(skewMs)} apart`;
  return `; ${backups.length} ${backups.length === 1 ? 'set' : 'sets'}, ${prettyBytes(bytes)}${apart}`;
};

/** The first thing a reader wants to know, in one sentence that can be read aloud. */
export const headlineOf = (
  record: RunRecord,
  facts: {
    rto: Rto;
    loss: LossSummary;
    equality: readonly EqualityTable[];
    backups: readonly BackupLine[];
    skewMs: number | null;
  },
  says: { rto: string; rpo: string },
): Headline => {
  const { plan, outcome } = record;
  const what = `${plan.runbook} of ${plan.targets.join(', ')} in ${plan.mode} mode`;
  const common = { rto: facts.rto.verdict, rpo: facts.loss.verdict };
  const answer = answerOf(record, facts.rto, facts.loss, facts.equality);
  if (answer === 'planned') return { ...common, answer, says: `${what} is planned; nothing was changed` };
  const because = record.because === undefined ? '' : ` (${record.because})`;
  const unequal = isEqual(facts.equality) === false ? '; the restored data is NOT equal' : '';
  const ended = `${what} ${outcome}${because}${unequal}${sayBackups(facts.backups, facts.skewMs)}`;
  return { ...common, answer, says: `${ended}; RTO ${says.rto}; RPO ${says.rpo}` };
};
