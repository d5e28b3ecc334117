import {
  CancellationScope,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { DrError } from '../../src/domain/errors.ts';
import type { UnitsStep } from '../../src/domain/plan.ts';
import type { Fact, Order } from '../../src/domain/verbs.ts';
import { attempt, callOnce } from './attempt.ts';
import { failureOf } from './failure.ts';
import { now } from './run.ts';

/** How many batches are in flight: more workers take more of them, one worker takes what it can. */
const lanes = 6;

/** Batches until the child starts again with an empty history: about six events each. */
const batchesPerHistory = 300;

/** What does not fit is the same thing found once more. */
const mostFindings = 50;

/** At most this many signals tell the run how far a stage is. */
const mostSignals = 20;

/** Name of the signal that tells the run how far a stage is. */
export const unitsProgress = 'unitsProgress';
export interface UnitsProgress {
  step: string;
  done: number;
  batches: number;
}

export interface UnitsInput {
  order: Order;
  region: string;
  /** `3/9 restore data` */
  says: string;
  work: Pick<UnitsStep, 'site' | 'set' | 'stage' | 'batches'>;
  /** Carried from history to history: the next batch, and the sum of those before it. */
  sum?: Fact;
  next?: number;
}

const add = (sum: Fact, fact: Fact): Fact => ({
  ...sum,
  endedAt: [sum.endedAt, fact.endedAt].toSorted().at(-1)!,
  applied: (sum.applied ?? 0) + (fact.applied ?? 0),
  skipped: (sum.skipped ?? 0) + (fact.skipped ?? 0),
  rows: (sum.rows ?? 0) + (fact.rows ?? 0),
  bytes: (sum.bytes ?? 0) + (fact.bytes ?? 0),
  findings: [...(sum.findings ?? []), ...(fact.findings ?? [])].slice(0, mostFindings),
  ...(fact.stamps === undefined ? {} : { stamps: fact.stamps }),
});

/** A run that has ended needs no progress. */
const tell = (progress: UnitsProgress): void => {
  const { parent } = workflowInfo();
  if (parent === undefined) return;
  getExternalWorkflowHandle(parent.workflowId)
    .signal(unitsProgress, progress)
    .catch(() => {});
};

const applyBatch = async (input: UnitsInput, batch: number): Promise<Fact> => {
  const { order, region, work, says } = input;
  const { site, set, stage, batches } = work;
  const summary = `${says}: batch ${batch + 1} of ${batches}`;
  const call = { verb: 'applyUnits', with: { site, set, stage, batch, batches } } as const;
  return attempt(
    'bulk',
    () => callOnce({ order, region, call, profile: 'bulk', summary }),
    () => {},
  );
};

/** Works off batches `[from, to)`, a few at a time. The first failure stops the others and is thrown. */
const applyBatches = async (input: UnitsInput, from: number, to: number, sum: Fact): Promise<Fact> => {
  const { batches } = input.work;
  const mark = (done: number): number => Math.floor((done / batches) * mostSignals);
  let next = from;
  let done = from;
  let total = sum;
  const scope = new CancellationScope();
  const lane = async (): Promise<void> => {
    while (next < to) {
      const batch = next;
      next += 1;
      const fact = await applyBatch(input, batch);
      total = add(total, fact);
      done += 1;
      if (mark(done) > mark(done - 1)) tell({ step: input.order.step, done, batches });
    }
  };
  const guarded = () =>
    lane().catch((error: unknown) => {
      scope.cancel();
      throw error;
    });
  const settled = await scope.run(() => Promise.allSettled(Array.from({ length: lanes }, guarded)));
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (failures.length > 0) throw failures.find((one) => !isCancellation(one)) ?? failures[0];
  return total;
};

/**
 * Restores one stage of a set, batch by batch, on whatever workers listen, starting itself anew before its history grows.
 * Killed anywhere it leaves whole units only, and a second one finds them in the ledger.
 */
export const restoreUnits = async (input: UnitsInput): Promise<Fact> => {
  if (workflowInfo().parent === undefined) {
    throw failureOf(new DrError('bad-input', 'restoreUnits is a part of runs', 'start a runbook: restoreStore'));
  }
  const { batches, stage } = input.work;
  const from = input.next ?? 0;
  const to = Math.min(batches, from + batchesPerHistory);
  const begin: Fact = input.sum ?? { says: '', beganAt: now(), endedAt: now() };
  try {
    const sum = await applyBatches(input, from, to, begin);
    if (to < batches) return await continueAsNew<typeof restoreUnits>({ ...input, sum, next: to });
    const { applied = 0, skipped = 0 } = sum;
    const again = skipped === 0 ? '' : `, ${skipped} were there already`;
    return {
      ...sum,
      says: `${applied} units of stage ${stage} applied in ${batches} ${batches === 1 ? 'batch' : 'batches'}${again}`,
    };
  } catch (error) {
    if (error instanceof DrError) throw failureOf(error, { hint: error.hint, facts: error.facts });
    throw error;
  }
};
