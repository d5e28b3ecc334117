import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ChildWorkflowHandle } from '@temporalio/workflow';
import {
  CancellationScope,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  setHandler,
  sleep,
  startChild,
} from '@temporalio/workflow';
import { placesChanged } from '../../src/domain/effects.ts';
import { DrError } from '../../src/domain/errors.ts';
import { lockIdOf } from '../../src/domain/ids.ts';
import type { Call } from '../../src/domain/verbs.ts';
import type { PlaceId } from '../../src/domain/words.ts';
import type { holdPlace, PlaceAnswer, Want } from './hold-place.ts';
import { answerPlace, releasePlace, wantPlace } from './hold-place.ts';
import type { Run } from './run.ts';
import { addNote, beginWait, planOf } from './run.ts';
import { show } from './show.ts';

type Held = ChildWorkflowHandle<typeof holdPlace>;

/** How long a lock may take to say who holds it: its worker may be busy. */
const answerMs = 30_000;

/** How long the end of a released lock is waited for. */
const closeMs = 10_000;

/** A released lock closes within moments; this many tries at one second are enough for all of them. */
const tries = 10;

const start = async (run: Run, place: PlaceId): Promise<Held | null> => {
  try {
    return await CancellationScope.nonCancellable(() =>
      startChild<typeof holdPlace>('holdPlace', {
        workflowId: lockIdOf(place),
        args: [{ place, holder: run.id }],
        parentClosePolicy: ParentClosePolicy.TERMINATE,
        memo: { holder: run.id },
        staticSummary: `${place} is held by ${run.id}`,
      }),
    );
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
};

/** Asks the lock who holds it. `undefined` when it has just gone. */
const holderOf = async (run: Run, place: PlaceId): Promise<string | null | undefined> => {
  run.answers.delete(place);
  const want: Want = { place, by: run.id };
  try {
    await getExternalWorkflowHandle(lockIdOf(place)).signal(wantPlace, want);
  } catch {
    return undefined;
  }
  if (await condition(() => run.answers.has(place), answerMs, { summary: `who holds ${place}` })) {
    return run.answers.get(place);
  }
  return 'a run that does not answer';
};

const takeOne = async (run: Run, place: PlaceId): Promise<Held> => {
  const first = await start(run, place);
  if (first !== null) return first;
  const endWait = beginWait(run, 'lock', null, `${place} is taken`);
  try {
    return await insist(run, place);
  } finally {
    endWait();
  }
};

const insist = async (run: Run, place: PlaceId): Promise<Held> => {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const holder = await holderOf(run, place);
    if (typeof holder === 'string') {
      const hint = `wait for ${holder} to end, or abort it; ${lockIdOf(place)} in the Temporal UI is the lock`;
      throw new DrError('locked', `place ${place} is held by ${holder}`, hint, { facts: { place, holder } });
    }
    await sleep(1000, { summary: `${place} is being released` });
    const held = await start(run, place);
    if (held !== null) return held;
  }
  throw new DrError('locked', `place ${place} is not released`, `look at ${lockIdOf(place)} in the Temporal UI`);
};

/** A lock that ends although nobody released it: taken again, or the run goes on hold and says so. */
const guard = async (run: Run, place: PlaceId, held: Held): Promise<void> => {
  try {
    await held.result();
  } catch {
    // Ended by hand: what follows treats it like one that was given away.
  }
  if (!run.held.has(place) || run.ending === 'ended') return;
  run.held.delete(place);
  const ended = `the lock on ${place} was ended from outside`;
  try {
    await takeAll(run, [place]);
    run.findings.push({ says: `${ended}, and taken again at once`, isFailure: false });
  } catch (error) {
    if (!(error instanceof DrError)) throw error;
    run.findings.push({ says: `${ended}, and could not be taken again: ${error.message}`, isFailure: true });
    if (run.hold === null) {
      beginWait(run, 'hold', null, `${ended}: ${error.message}`);
      run.hold = run.waits.at(-1)!;
    }
  }
  show(run);
};

const inTurn = <T>(run: Run, act: () => Promise<T>): Promise<T> => {
  const turn = run.turn.then(act);
  run.turn = turn.catch(() => {});
  return turn;
};

/**
 * Takes the locks on places, in sorted order, so that two runs never wait for each other. All or none.
 * @throws DrError `locked`: says who holds the place
 */
export const takeAll = (run: Run, places: readonly PlaceId[]): Promise<void> =>
  inTurn(run, async () => {
    const taken: PlaceId[] = [];
    try {
      for (const place of places.toSorted()) {
        if (run.held.has(place)) continue;
        const held = await takeOne(run, place);
        run.held.set(place, held);
        taken.push(place);
        void CancellationScope.nonCancellable(() => guard(run, place, held));
      }
    } catch (error) {
      for (const place of taken) await release(run, place);
      throw error;
    }
  });

/**
 * Tells a lock that it is free and waits until it has closed. It is told by its id and not as a child: after a reset the
 * lock is there still, but it was the child of the run before. How it ended may then never be heard: the wait is bounded.
 */
const release = async (run: Run, place: PlaceId): Promise<void> => {
  const held = run.held.get(place);
  run.held.delete(place);
  if (held === undefined) return;
  await CancellationScope.nonCancellable(async () => {
    const want: Want = { place, by: run.id };
    try {
      await getExternalWorkflowHandle(lockIdOf(place)).signal(releasePlace, want);
    } catch {
      return; // It has gone already, and is as free as one that was released.
    }
    const closed = held.result().catch(() => {});
    await Promise.race([closed, sleep(closeMs, { summary: `the lock on ${place} closes` })]);
  });
};

/** Gives every lock back and waits until they are free for others. */
export const releaseAll = (run: Run): Promise<void> =>
  inTurn(run, async () => {
    for (const place of [...run.held.keys()].toSorted().toReversed()) await release(run, place);
  });

/** Takes again, after `healthy` gave them back, the locks that a call needs. @throws DrError `locked` */
export const takeFor = async (run: Run, call: Call): Promise<void> => {
  const { locks } = planOf(run);
  const places = placesChanged(call).map((place) => place.id);
  const missing = places.filter((place) => locks.includes(place) && !run.held.has(place));
  if (missing.length > 0) await takeAll(run, missing);
};

/** Answers about places, and what other runs want. Anyone can send a signal: what is none of these is ignored. */
export const hearPlaces = (run: Run): void => {
  setHandler(defineSignal<[PlaceAnswer?]>(answerPlace), (answer) => {
    if (typeof answer?.place === 'string') run.answers.set(answer.place, answer.holder ?? null);
  });
  setHandler(defineSignal<[Want?]>(wantPlace), (want) => {
    if (typeof want?.place === 'string') addNote(run, `${want.by} wanted ${want.place} and was refused`);
  });
};
