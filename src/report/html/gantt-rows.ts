import type { PhaseLine, Report, StepLine, WaitLine } from '../report.ts';

/** One stretch of a row, in milliseconds since the run started. */
export interface Stretch {
  from: number;
  to: number;
  kind: 'work' | 'failed' | 'undone' | 'human' | 'hold' | 'lock' | 'queue' | 'rest' | 'phase';
}

export interface Row {
  kind: 'phase' | 'step' | 'wait' | 'rest';
  says: string;
  /** At the end of the line: how long, and how often it was tried. */
  ms: number;
  note: string;
  isCritical: boolean;
  stretches: readonly Stretch[];
}

type Started = StepLine & { startedAt: string };

const waitKinds: Record<WaitLine['kind'], Stretch['kind']> = {
  approval: 'human',
  question: 'human',
  hold: 'hold',
  lock: 'lock',
};

/** However many phases there are. */
const leastSteps = 12;

const troubled = ['failed', 'asking', 'undone', 'skipped'];

interface Frame {
  report: Report;
  ms(at: string | null): number;
  critical: ReadonlySet<string>;
}

const frameOf = (report: Report): Frame => {
  const { startedAt, endedAt } = report.run;
  const [start, end] = [Date.parse(startedAt), Date.parse(endedAt)];
  return {
    report,
    ms: (at) => Math.min(Math.max(0, (at === null ? end : Date.parse(at)) - start), Math.max(0, end - start)),
    critical: new Set(report.criticalPath.legs.map(({ step }) => step)),
  };
};

const workOf = ({ kind, state }: StepLine): Stretch['kind'] => {
  if (kind === 'gate') return 'human';
  if (state === 'failed' || state === 'asking') return 'failed';
  return state === 'undone' ? 'undone' : 'work';
};

const stepRow = (step: Started, { report, ms, critical }: Frame): Row => {
  const from = ms(step.startedAt);
  const to = Math.max(from, ms(step.endedAt));
  const worked = Math.min(to, Math.max(from, step.workedFrom === null ? from : ms(step.workedFrom)));
  // A gate is a wait all along.
  const waits = report.waits
    .filter((wait) => wait.step === step.step && step.kind !== 'gate')
    .map((wait): Stretch => ({ from: ms(wait.from), to: ms(wait.to), kind: waitKinds[wait.kind] }));
  const before: Stretch[] = worked > from ? [{ from, to: worked, kind: step.attempts > 1 ? 'failed' : 'queue' }] : [];
  const notes = [step.attempts > 1 ? `${step.attempts} attempts` : '', step.state === 'done' ? '' : step.state];
  return {
    kind: 'step',
    says: step.says,
    ms: to - from,
    note: notes.filter((one) => one !== '').join(', '),
    isCritical: critical.has(step.step),
    stretches: [...before, { from: worked, to, kind: workOf(step) }, ...waits],
  };
};

/** How much a step has to tell: what went wrong first, then what decided the time, then what took longest. */
const weight = (step: Started, { ms, critical }: Frame): number =>
  (troubled.includes(step.state) ? 4e15 : 0) +
  (step.attempts > 1 ? 2e15 : 0) +
  (critical.has(step.step) ? 1e15 : 0) +
  (ms(step.endedAt) - ms(step.startedAt));

const restRow = (rest: readonly Started[], shown: number, { ms }: Frame): Row[] => {
  if (rest.length === 0 || shown === 0) return [];
  const from = Math.min(...rest.map((step) => ms(step.startedAt)));
  const to = Math.max(...rest.map((step) => ms(step.endedAt)));
  const says = `and ${rest.length} more ${rest.length === 1 ? 'step' : 'steps'}`;
  return [{ kind: 'rest', says, ms: to - from, note: '', isCritical: false, stretches: [{ from, to, kind: 'rest' }] }];
};

const isStarted = (step: StepLine): step is Started => step.startedAt !== null;

const phaseRows = (phase: PhaseLine, shown: ReadonlySet<StepLine>, frame: Frame): Row[] => {
  const started = phase.steps.filter(isStarted);
  if (started.length === 0) return [];
  const rows = started.filter((step) => shown.has(step)).map((step) => stepRow(step, frame));
  const from = Math.min(...started.map((step) => frame.ms(step.startedAt)));
  const to = Math.max(from, ...started.map((step) => frame.ms(step.endedAt)));
  const head: Row = {
    kind: 'phase',
    says: phase.says,
    ms: to - from,
    note: rows.length === 0 ? `${started.length} ${started.length === 1 ? 'step' : 'steps'}` : '',
    isCritical: false,
    stretches: [{ from, to, kind: 'phase' }],
  };
  return [
    head,
    ...rows,
    ...restRow(
      started.filter((step) => !shown.has(step)),
      rows.length,
      frame,
    ),
  ];
};

/** Waits of the whole run, such as a hold. */
const waitRows = ({ report, ms }: Frame, most: number): Row[] => {
  const known = new Set(report.phases.flatMap(({ steps }) => steps.map(({ step }) => step)));
  return report.waits
    .filter(({ step }) => step === null || !known.has(step))
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, most)
    .map(
      (wait): Row => ({
        kind: 'wait',
        says: `${wait.kind}: ${wait.says}`,
        ms: wait.ms,
        note: wait.wasEnded ? '' : 'never answered',
        isCritical: false,
        stretches: [{ from: ms(wait.from), to: ms(wait.to), kind: waitKinds[wait.kind] }],
      }),
    );
};

/**
 * Phases with their steps in the order of the plan. Steps that never started have no row. Where phases and steps are more
 * than `most`, the steps that tell most are shown, the others of their phase as one row.
 */
export const rowsOf = (report: Report, most: number): Row[] => {
  const frame = frameOf(report);
  const started = report.phases.flatMap(({ steps }) => steps.filter(isStarted));
  const telling = started.toSorted((a, b) => weight(b, frame) - weight(a, frame));
  const room = Math.max(leastSteps, most - report.phases.length);
  const shown = new Set<StepLine>(telling.slice(0, room));
  return [...waitRows(frame, 5), ...report.phases.flatMap((phase) => phaseRows(phase, shown, frame))];
};
