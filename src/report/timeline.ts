import type { Risk } from '../domain/risk.ts';
import type { RunRecord, StepRecord } from '../domain/run.ts';
import type { DecisionLine, TimelineEvent, WaitLine } from './report.ts';
import { stepsOf } from './steps.ts';

const between = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from));

/** Waits with their length; one that nobody ended lasted until the run did. */
export const waitLines = (record: RunRecord): WaitLine[] =>
  record.waits.map((wait) => {
    const to = wait.to ?? record.endedAt;
    return { ...wait, to, ms: between(wait.from, to), wasEnded: wait.to !== null };
  });

/** Of a gate, or of the step that a decision would leave out: those are kept as `skip/<step>`. */
const riskOf = (record: RunRecord, gate: string): Risk | null => {
  const step = stepsOf(record.plan).find((one) => one.id === gate.replace(/^skip\//, ''));
  if (step?.kind === 'gate') return step.risk;
  return step?.kind === 'do' ? (step.skippable?.risk ?? null) : null;
};

export const decisionLines = (record: RunRecord): DecisionLine[] =>
  record.decisions.map(({ at, gate, person, answer, proof, why = null }) => ({
    at,
    gate,
    risk: riskOf(record, gate),
    person,
    answer,
    proof,
    isBreakGlass: proof === 'break-glass',
    why,
  }));

const stepLine = (step: StepRecord, runEnd: string): TimelineEvent[] => {
  if (step.startedAt === undefined) return [];
  const tries = step.attempts > 1 ? `, attempt ${step.attempts}` : '';
  const found = step.failure ?? step.fact?.says;
  return [
    {
      at: step.startedAt,
      what: 'step',
      says: `${step.says}: ${step.state}${tries}${found === undefined ? '' : ` (${found})`}`,
      ms: between(step.startedAt, step.endedAt ?? runEnd),
    },
  ];
};

/** Everything that has a time, in order; things of one instant keep the order run, stamps, waits, decisions, steps, notes. */
export const timelineOf = (record: RunRecord): TimelineEvent[] => {
  const events: TimelineEvent[] = [
    { at: record.startedAt, what: 'run', says: `${record.plan.runbook} started in ${record.plan.mode} mode`, ms: null },
    ...Object.entries(record.stamps).map(
      ([stamp, { at, source }]): TimelineEvent => ({ at, what: 'stamp', says: `${stamp} (${source})`, ms: null }),
    ),
    ...waitLines(record).map(
      ({ from, kind, says, ms }): TimelineEvent => ({ at: from, what: 'wait', says: `${kind}: ${says}`, ms }),
    ),
    ...decisionLines(record).map(
      ({ at, person, answer, gate, proof, isBreakGlass, why }): TimelineEvent => ({
        at,
        what: 'decision',
        says: `${isBreakGlass ? 'BREAK-GLASS: ' : ''}${person}: ${answer} ${gate}, by ${proof}${why === null ? '' : ` (${why})`}`,
        ms: null,
      }),
    ),
    ...record.steps.flatMap((step) => stepLine(step, record.endedAt)),
    ...record.notes.map(({ at, says }): TimelineEvent => ({ at, what: 'note', says, ms: null })),
  ];
  const end: TimelineEvent = { at: record.endedAt, what: 'run', says: `ended ${record.outcome}`, ms: null };
  return [...events, end].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
};
