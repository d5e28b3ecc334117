import { condition, defineSignal, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { DrError } from '../../src/domain/errors.ts';
import type { PlaceId, RunId } from '../../src/domain/words.ts';
import { failureOf } from './failure.ts';

/** To a lock: its run needs the place no more. Only the holder is heard. */
export const releasePlace = 'releasePlace';
/** To a lock: another run wants the place. To a holder: the same, and by arriving it proves that the holder is open. */
export const wantPlace = 'wantPlace';
export interface Want {
  place: PlaceId;
  by: RunId;
}

/** To a run that wanted a place: who holds it, or null when it is free now. */
export const answerPlace = 'answerPlace';
export interface PlaceAnswer {
  place: PlaceId;
  holder: RunId | null;
}

export interface Lock {
  place: PlaceId;
  holder: RunId;
}

/** A signal to a closed workflow fails: whoever can be told is open. */
const isTold = (run: RunId, name: string, message: Want | PlaceAnswer): Promise<boolean> =>
  getExternalWorkflowHandle(run)
    .signal(name, message)
    .then(
      () => true,
      () => false,
    );

/**
 * The lock on a place: it is taken while this workflow is open. It ends when its run releases it, when its run is closed
 * without having done so and another wants the place, and when its own run takes it again after a reset. As a child that
 * is terminated with its parent it never outlives it for long.
 */
export const holdPlace = async (lock: Lock): Promise<void> => {
  if (typeof lock?.place !== 'string' || typeof lock.holder !== 'string') {
    throw failureOf(new DrError('bad-input', 'holdPlace is a part of runs', 'start a runbook: restoreStore'));
  }
  const { place, holder } = lock;
  let isReleased = false;
  const wanted: RunId[] = [];
  setHandler(defineSignal<[Want?]>(releasePlace), (want) => {
    isReleased ||= want?.by === holder;
  });
  setHandler(defineSignal<[Want?]>(wantPlace), (want) => {
    if (typeof want?.by === 'string') wanted.push(want.by);
  });
  while (!isReleased || wanted.length > 0) {
    await condition(() => isReleased || wanted.length > 0);
    const by = wanted.shift();
    if (by === undefined) continue;
    isReleased ||= by === holder || !(await isTold(holder, wantPlace, { place, by }));
    await isTold(by, answerPlace, { place, holder: isReleased ? null : holder });
  }
};
