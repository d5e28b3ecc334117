import { stampNames } from '../domain/clocks.ts';
import type { RunRecord } from '../domain/run.ts';
import { backupLines, skewOfRun } from './backup-lines.ts';
import { checkTablesOf } from './check-tables.ts';
import { checklistOf } from './checklist.ts';
import { clockLines, whyNotMeasured } from './clock-lines.ts';
import { criticalPath } from './critical-path.ts';
import { equalityOf } from './equality.ts';
import { headlineOf, sayRpo, sayRto } from './headline.ts';
import { lossOf } from './losses.ts';
import { notExecuted } from './not-executed.ts';
import { partsOf } from './parts.ts';
import { phaseLines } from './phase-lines.ts';
import type { Report, RunSummary, TemporalRun } from './report.ts';
import { factsOf } from './steps.ts';
import { targetLines } from './target-lines.ts';
import { decisionLines, timelineOf, waitLines } from './timeline.ts';

const summaryOf = (record: RunRecord, temporal: TemporalRun | null): RunSummary => {
  const { plan } = record;
  return {
    id: plan.run,
    runbook: plan.runbook,
    says: plan.says,
    mode: plan.mode,
    targets: plan.targets,
    incident: plan.input.incident ?? null,
    why: plan.input.why ?? null,
    starter: plan.starter,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    ms: Math.max(0, Date.parse(record.endedAt) - Date.parse(record.startedAt)),
    outcome: record.outcome,
    because: record.because ?? null,
    plan: plan.digest,
    estate: plan.estate,
    temporal,
  };
};

const setsOf = ({ plan }: RunRecord): Report['sets'] =>
  plan.sets.map(({ id, target, digest, bytes, consistency }) => {
    const point = consistency.kind === 'point-in-time';
    const from = point ? consistency.at : consistency.from;
    return { set: id, target, digest, bytes, from, to: point ? consistency.at : consistency.to };
  });

/**
 * Turns the workflow's own record of a run into its report. Pure: the same record gives the same report, in any process
 * and at any time, so a report can be made again from a history. What the record does not say is null or "not measured".
 */
export const makeReport = (record: RunRecord, temporal: TemporalRun | null = null): Report => {
  const equality = equalityOf(record);
  const checks = checkTablesOf(record);
  const loss = lossOf(record);
  const { lines: targets, deciding } = targetLines(record, { equality, checks, loss });
  const { rto, stamps } = deciding;
  const clocks = clockLines(stamps, rto);
  const decided = clocks.find((clock) => clock.decides);
  const says = { rto: sayRto(deciding, whyNotMeasured(record, stamps, rto)), rpo: sayRpo(loss) };
  const backups = backupLines(record);
  const skewMs = skewOfRun(record);
  return {
    format: 1,
    headline: headlineOf(record, { rto, loss, equality, backups, skewMs }, says),
    run: summaryOf(record, temporal),
    rto,
    targets,
    backups,
    skewMs,
    clocks,
    stamps: stampNames.flatMap((stamp) => {
      const known = record.stamps[stamp];
      return known === undefined ? [] : [{ stamp, ...known }];
    }),
    parts: {
      run: partsOf(record, record.startedAt, record.endedAt),
      recovery: decided?.from && decided.to ? partsOf(record, decided.from.at, decided.to.at) : null,
    },
    criticalPath: criticalPath(record),
    phases: phaseLines(record),
    timeline: timelineOf(record),
    waits: waitLines(record),
    retries: record.steps
      .filter((step) => step.attempts > 1)
      .map(({ id, says, attempts, state, failure }) => ({
        step: id,
        says,
        attempts,
        state,
        failure: failure ?? null,
      })),
    decisions: decisionLines(record),
    loss,
    equality,
    checks,
    notExecuted: notExecuted(record),
    notDone: record.plan.notDone,
    findings: [...record.findings],
    sets: setsOf(record),
    versions: Object.assign(
      { ...record.plan.versions },
      ...record.steps.flatMap(factsOf).map((fact) => fact.versions ?? {}),
    ),
    checklist: checklistOf(record, { rto, loss, equality, checks }, says),
    notes: record.notes,
  };
};
