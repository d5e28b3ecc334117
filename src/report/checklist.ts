import { countChecks } from '../domain/checks.ts';
import type { RunRecord } from '../domain/run.ts';
import type { VerbName } from '../domain/verbs.ts';
import type { ChecklistItem, Report } from './report.ts';
import { stepsCalling } from './steps.ts';

type Tick = Pick<ChecklistItem, 'state' | 'because'>;
type Facts = Pick<Report, 'rto' | 'loss' | 'equality' | 'checks'>;

const ofVerb = (record: RunRecord, verb: VerbName, absent: string): Tick => {
  const steps = stepsCalling(record, verb);
  if (steps.length === 0) return { state: 'not applicable', because: absent };
  if (record.outcome === 'planned') return { state: 'not measured', because: 'plan mode changes nothing' };
  const open = steps.find((step) => step.record?.state !== 'done');
  if (open !== undefined)
    return { state: 'no', because: `step "${open.step.id}" is ${open.record?.state ?? 'not-executed'}` };
  const says = steps.map((step) => step.record?.fact?.says).filter((one) => one !== undefined);
  return { state: 'yes', because: says.join('; ') };
};

const ofSnapshot = (record: RunRecord, { equality }: Facts): Tick => {
  if (stepsCalling(record, 'beginRestore').length === 0)
    return { state: 'not applicable', because: 'this runbook restores nothing' };
  const failed = stepsCalling(record, 'comparePlace').find((step) => step.record?.state === 'failed');
  if (failed !== undefined)
    return { state: 'no', because: failed.record?.failure ?? `step "${failed.step.id}" failed` };
  const objects = equality.reduce((sum, table) => sum + table.objects, 0);
  if (objects === 0) return { state: 'not measured', because: 'the restored place was not compared with its set' };
  const different = equality.flatMap((table) => table.rows).filter((row) => !row.equal).length;
  return different === 0
    ? { state: 'yes', because: `${objects} objects compared, all equal` }
    : { state: 'no', because: `${different} of ${objects} objects differ` };
};

const ofChecks = (record: RunRecord, { checks }: Facts): Tick => {
  if (stepsCalling(record, 'runChecks').length === 0)
    return { state: 'not applicable', because: 'the estate has no checks for it' };
  const rows = checks.flatMap((table) => table.rows);
  if (rows.some(({ state }) => state === 'red')) return { state: 'no', because: countChecks(rows) };
  const isKnown = rows.length > 0 && rows.every(({ state }) => state === 'green');
  return { state: isKnown ? 'yes' : 'not measured', because: countChecks(rows) };
};

const ofSearches = ({ checks }: Facts): Tick => {
  const rows = checks.flatMap((table) => table.rows).filter(({ check }) => check === 'search');
  if (rows.length === 0) return { state: 'not measured', because: 'no search is asked of the restored data' };
  if (rows.some(({ state }) => state === 'red')) return { state: 'no', because: `searches: ${countChecks(rows)}` };
  const isKnown = rows.every(({ state }) => state === 'green');
  return { state: isKnown ? 'yes' : 'not measured', because: `searches: ${countChecks(rows)}` };
};

const ofPointInTime = (record: RunRecord): Tick =>
  record.plan.sets.length === 0
    ? { state: 'not applicable', because: 'this runbook restores nothing' }
    : { state: 'not applicable', because: 'a backup set was restored, not a moment between two sets' };

const ofLoss = ({ loss }: Facts): Tick => {
  const unknown = loss.targets.filter((one) => one.loss === null || one.loss.proven === null);
  const lost = loss.targets.filter(({ loss: one }) => one !== null && hasLoss(one.proven, one.rows));
  if (lost.length > 0) return { state: 'no', because: `acknowledged writes are lost in ${names(lost)}` };
  if (unknown.length > 0 || loss.targets.length === 0)
    return { state: 'not measured', because: `no canaries prove it for ${names(unknown) || 'any target'}` };
  return { state: 'yes', because: 'every acknowledged canary is present' };
};

const names = (targets: readonly { target: string }[]): string => targets.map((one) => one.target).join(', ');

const hasLoss = (proven: { missing: number; unknown: readonly number[] } | null, rows: number | null): boolean =>
  (proven !== null && (proven.missing > 0 || proven.unknown.length > 0)) || (rows !== null && rows > 0);

const ofVerdict = (verdict: 'met' | 'missed' | 'not measured', because: string): Tick => ({
  state: verdict === 'met' ? 'yes' : verdict === 'missed' ? 'no' : 'not measured',
  because,
});

/** The questions an auditor asks of every recovery. A question without a measurement is never ticked. */
export const checklistOf = (record: RunRecord, facts: Facts, why: { rto: string; rpo: string }): ChecklistItem[] => [
  { item: 'point-in-time restore ok', ...ofPointInTime(record) },
  { item: 'snapshot restore ok', ...ofSnapshot(record, facts) },
  { item: 'checks of the estate green', ...ofChecks(record, facts) },
  { item: 'connection strings updated', ...ofVerb(record, 'switchTarget', 'this run switches nobody') },
  { item: 'application connects', ...ofVerb(record, 'probeService', 'no service is probed') },
  { item: 'search works', ...ofSearches(facts) },
  { item: 'no data lost', ...ofLoss(facts) },
  { item: 'RTO met', ...ofVerdict(facts.rto.verdict, why.rto) },
  { item: 'RPO met', ...ofVerdict(facts.loss.verdict, why.rpo) },
];
