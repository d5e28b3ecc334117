import prettyMilliseconds from 'pretty-ms';
import type { Rto } from '../domain/clocks.ts';
import type { RunRecord } from '../domain/run.ts';
import { isEqual } from './equality.ts';
import type { EqualityTable, Headline, LossSummary } from './report.ts';

/** `1m 2s`, and milliseconds below one second. */
export const sayDuration = (ms: number): string => prettyMilliseconds(Math.round(ms), { secondsDecimalDigits: 1 });

const saySeconds = (seconds: number): string => sayDuration(seconds * 1000);

export const sayRto = (rto: Rto, why: string | null): string => {
  if (why !== null) return `not measured: ${why}`;
  const seconds = rto.by === 'business' ? rto.business : rto.declared;
  return `${rto.verdict}: ${saySeconds(seconds!)} of ${saySeconds(rto.objectiveSeconds!)} on the ${rto.by} clock`;
};

export const sayRpo = ({ verdict, worst }: LossSummary): string => {
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

/** The first thing a reader wants to know, in one sentence that can be read aloud. */
export const headlineOf = (
  record: RunRecord,
  facts: { rto: Rto; loss: LossSummary; equality: readonly EqualityTable[] },
  says: { rto: string; rpo: string },
): Headline => {
  const { plan, outcome } = record;
  const what = `${plan.runbook} of ${plan.targets.join(', ')} in ${plan.mode} mode`;
  const common = { rto: facts.rto.verdict, rpo: facts.loss.verdict };
  const answer = answerOf(record, facts.rto, facts.loss, facts.equality);
  if (answer === 'planned') return { ...common, answer, says: `${what} is planned; nothing was changed` };
  const because = record.because === undefined ? '' : ` (${record.because})`;
  const unequal = isEqual(facts.equality) === false ? '; the restored data is NOT equal' : '';
  const ended = `${what} ${outcome}${because}${unequal}`;
  return { ...common, answer, says: `${ended}; RTO ${says.rto}; RPO ${says.rpo}` };
};
