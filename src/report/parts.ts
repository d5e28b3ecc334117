import type { RunRecord, StepRecord, Wait } from '../domain/run.ts';
import type { Instant } from '../domain/words.ts';
import type { Part, PartName } from './report.ts';
import { partNames } from './report.ts';

interface Interval {
  from: number;
  to: number;
  part: PartName;
}

/** When several things happen at once, the earlier in this list is what the time counts as. */
const order: readonly PartName[] = ['machine', 'human', 'hold', 'lock', 'failedAttempts', 'queue'];

const waitParts: Record<Wait['kind'], PartName> = { approval: 'human', question: 'human', hold: 'hold', lock: 'lock' };

/**
 * A step that ended with a fact worked from `beganAt`; before that it stood in a queue, or its earlier attempts came to
 * nothing. A step without a fact came to nothing altogether.
 */
const stepIntervals = (step: StepRecord, runEnd: number): Interval[] => {
  if (step.startedAt === undefined) return [];
  const from = Date.parse(step.startedAt);
  const to = step.endedAt === undefined ? runEnd : Date.parse(step.endedAt);
  const clamp = (at: Instant) => Math.min(Math.max(Date.parse(at), from), to);
  if (step.kind === 'gate') return [{ from, to, part: 'human' }];
  if (step.kind === 'watch') return [{ from, to, part: 'machine' }];
  const { fact, verified } = step;
  if (fact === undefined) return [{ from, to, part: 'failedAttempts' }];
  const lost: PartName = step.attempts > 1 || step.state === 'failed' ? 'failedAttempts' : 'queue';
  const worked = [fact, ...(verified === undefined ? [] : [verified])];
  return [
    ...worked.map((one): Interval => ({ from: clamp(one.beganAt), to: clamp(one.endedAt), part: 'machine' })),
    { from, to: clamp((verified ?? fact).beganAt), part: lost },
    ...(step.state === 'failed' ? [{ from, to, part: lost }] : []),
  ];
};

const partAt = (instant: number, intervals: readonly Interval[]): PartName =>
  order.find((part) => intervals.some((one) => one.part === part && one.from <= instant && instant < one.to)) ??
  'engine';

/**
 * Cuts the time between two instants into parts, each millisecond counted once. Parts that took no time are left out, and
 * the rest add up to `to − from` exactly. An empty or reversed window has no parts.
 */
export const partsOf = (record: RunRecord, from: Instant, to: Instant): Part[] => {
  const window = { from: Date.parse(from), to: Date.parse(to) };
  const run = { from: Date.parse(record.startedAt), to: Date.parse(record.endedAt) };
  const intervals = [
    ...record.steps.flatMap((step) => stepIntervals(step, run.to)),
    ...record.waits.map(
      (wait): Interval => ({
        from: Date.parse(wait.from),
        to: wait.to === null ? run.to : Date.parse(wait.to),
        part: waitParts[wait.kind],
      }),
    ),
  ];
  const cuts = [window.from, run.from, run.to, window.to, ...intervals.flatMap((one) => [one.from, one.to])]
    .filter((cut) => cut >= window.from && cut <= window.to)
    .sort((a, b) => a - b);
  const spent = new Map<PartName, number>();
  for (const [index, start] of cuts.slice(0, -1).entries()) {
    const part = start < run.from || start >= run.to ? 'outsideRun' : partAt(start, intervals);
    spent.set(part, (spent.get(part) ?? 0) + cuts[index + 1]! - start);
  }
  return partNames.flatMap((part) => (spent.get(part) ? [{ part, ms: spent.get(part)! }] : []));
};
