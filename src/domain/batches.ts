import type { Stage } from './words.ts';

/** What one activity should move: long enough to be worth a task, short enough to lose little when it is killed. */
export const batchBytes = 300_000_000;

/** Enough batches to keep several workers busy even when the set is small. */
const fewestDataBatches = 4;

/** Only its cost matters here. */
interface Costed {
  bytes: number;
}

/** Stages whose units depend on each other: one batch applies them in order. */
const isOrdered = (stage: Stage): boolean => stage === 'schema' || stage === 'finish';

/**
 * How many batches a stage is cut into: about 300 MB each, at least four where there are units for it, one for stages
 * whose units depend on each other and for stages without units.
 */
export const countBatches = (units: readonly Costed[], stage: Stage): number => {
  if (isOrdered(stage) || units.length === 0) return 1;
  const bytes = units.reduce((sum, unit) => sum + unit.bytes, 0);
  return Math.min(units.length, Math.max(Math.ceil(bytes / batchBytes), fewestDataBatches));
};

/** How many units of a stage may be applied at once. */
export const parallelOf = (stage: Stage, parallel: number): number => (isOrdered(stage) ? 1 : parallel);

/**
 * The units of batch `batch` of `batches`: contiguous, together exactly all units, and none heavier than an even share
 * plus its heaviest unit. A unit belongs where its first byte falls. Pure: every process cuts alike.
 */
export const cutBatch = <U extends Costed>(units: readonly U[], batch: number, batches: number): U[] => {
  const total = units.reduce((sum, unit) => sum + unit.bytes, 0);
  let before = 0;
  return units.filter((unit) => {
    const share = Math.floor((before / total) * batches);
    before += unit.bytes;
    return share === batch;
  });
};
