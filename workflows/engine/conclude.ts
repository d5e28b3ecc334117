import { measureRto } from '../../src/domain/clocks.ts';
import type { ReportFacts } from '../../src/domain/desk.ts';
import { DrError, describeError } from '../../src/domain/errors.ts';
import type { RunRecord, RunResult } from '../../src/domain/run.ts';
import type { Outcome } from '../../src/domain/words.ts';
import { attempt, desk } from './attempt.ts';
import { failureOf } from './failure.ts';
import type { Run } from './run.ts';
import { now, planOf } from './run.ts';
import { show } from './show.ts';

/** How a run ended: a skipped step or a finding that is a failure leaves no full success. */
export const outcomeOf = (run: Run): Outcome => {
  if (run.stop !== null) return run.stop.outcome;
  if (run.plan?.mode === 'plan') return 'planned';
  const isPartial = run.findings.some((one) => one.isFailure) || run.steps.some((one) => one.state === 'skipped');
  return isPartial ? 'partially-failed' : 'succeeded';
};

const settleSteps = (run: Run): void => {
  for (const record of run.steps) {
    if (record.state === 'waiting') record.state = 'not-executed';
    if (record.state !== 'running' && record.state !== 'asking') continue;
    record.state = 'failed';
    record.failure ??= run.stop === null ? 'stopped' : `stopped: ${run.stop.because}`;
    record.endedAt ??= now();
  }
};

const recordOfRun = (run: Run): RunRecord => ({
  plan: planOf(run),
  outcome: outcomeOf(run),
  startedAt: run.startedAt,
  endedAt: now(),
  stamps: run.stamps,
  steps: run.steps,
  decisions: run.decisions,
  waits: run.waits,
  notes: run.notes,
  findings: run.findings,
  ...(run.stop === null ? {} : { because: run.stop.because }),
});

const keepReport = async (run: Run): Promise<ReportFacts | null> => {
  const record = recordOfRun(run);
  try {
    return await attempt(
      'bulk',
      () => desk('bulk', 'write the report').writeReport({ record }),
      () => {},
    );
  } catch (error) {
    if (!(error instanceof DrError)) throw error;
    run.findings.push({ says: `the report could not be kept: ${describeError(error)}`, isFailure: true });
    return null;
  }
};

/** Ends a run whose walk is over: the report is always written, whatever the outcome. A plan leaves none. */
export const conclude = async (run: Run): Promise<RunResult> => {
  run.ending = 'closing';
  settleSteps(run);
  const { objective, mode } = planOf(run);
  if (mode === 'plan')
    return end(run, { rto: 'not measured', rpo: 'not measured' }, withReason(run, 'nothing was changed'), []);
  run.stamps = { ...run.stamps, closed: { at: now(), source: 'history' } };
  show(run);
  const report = await keepReport(run);
  const rto = report?.rto ?? measureRto(run.stamps, objective.rtoSeconds);
  const loss = report?.loss ?? null;
  const clock = rto.by === null ? null : rto[rto.by];
  run.measured = { rtoSeconds: clock, rpoSeconds: loss?.proven?.seconds ?? loss?.claimedSeconds ?? null };
  const says = report?.says ?? withReason(run, 'no report was kept');
  return end(run, { rto: rto.verdict, rpo: loss?.verdict ?? 'not measured' }, says, report?.kept ?? []);
};

/** A report says by itself why a run stopped; without one this does. */
const withReason = ({ stop }: Run, says: string): string =>
  stop === null ? says : `${says}; ${stop.outcome}: ${stop.because}`;

/** Ends a run that never had a plan. */
export const endWithoutPlan = (run: Run): RunResult =>
  end(run, { rto: 'not measured', rpo: 'not measured' }, withReason(run, 'there was no plan yet'), []);

/** Publishes the end. @throws ApplicationFailure for a failed run: its type is the error's kind, its detail the result */
const end = (run: Run, verdicts: RunResult['verdicts'], says: string, report: readonly string[]): RunResult => {
  const outcome = outcomeOf(run);
  run.outcome = outcome;
  run.ending = 'ended';
  run.said = report.length === 0 ? says : `${says}; kept as ${report.join(', ')}`;
  show(run);
  const { stop } = run;
  const result: RunResult = { outcome, verdicts, says, report };
  if (stop?.outcome === 'failed') throw failureOf(stop.error, result);
  return result;
};
