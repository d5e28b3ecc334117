import type { Step } from './plan.ts';
import type { Call, VerbName } from './verbs.ts';
import type { PlaceId, PlaceSpec } from './words.ts';

/**
 * What a verb does to the world: `reads` changes nothing, `keeps` writes into the vault only, `changes` writes at a
 * place or at what leads users to it. A snapshot keeps: it adds no more than a missing mark.
 */
export type Effect = 'reads' | 'keeps' | 'changes';

export const effects = {
  checkReady: 'reads',
  takeSnapshot: 'keeps',
  checkSet: 'reads',
  holdSet: 'keeps',
  releaseSet: 'keeps',
  providePlace: 'changes',
  checkPlace: 'reads',
  discardPlace: 'changes',
  checkDiscarded: 'reads',
  beginRestore: 'changes',
  applyUnits: 'changes',
  checkStage: 'reads',
  endRestore: 'changes',
  comparePlace: 'reads',
  runChecks: 'reads',
  putBackCarried: 'changes',
  fencePlace: 'changes',
  unfencePlace: 'changes',
  checkFenced: 'reads',
  checkWritable: 'reads',
  switchTarget: 'changes',
  checkSwitched: 'reads',
  probeService: 'reads',
  measureLoss: 'reads',
} as const satisfies Record<VerbName, Effect>;

/** The places a call writes to: what its run must hold the lock of. */
export const placesChanged = (call: Call): readonly PlaceSpec[] => {
  if (effects[call.verb] !== 'changes') return [];
  if (call.verb === 'switchTarget') return [call.with.from, call.with.to];
  return 'site' in call.with ? [call.with.site.place] : [];
};

const callsOf = (step: Step): readonly Call[] => {
  if (step.kind === 'do') return 'verb' in step.undo ? [step.run, step.undo] : [step.run];
  if (step.kind === 'units') return 'verb' in step.undo ? [step.undo] : [];
  return [];
};

/** Ids of every place that the steps, or the undo of the steps, write to: sorted, each once. */
export const locksOf = (steps: readonly Step[]): readonly PlaceId[] => {
  const written = steps.flatMap((step) => [
    ...callsOf(step).flatMap(placesChanged),
    ...(step.kind === 'units' ? [step.site.place] : []),
  ]);
  return [...new Set(written.map((place) => place.id))].sort();
};
