import { placesChanged } from '../../src/domain/effects.ts';
import { DrError, describeError } from '../../src/domain/errors.ts';
import type { Undo } from '../../src/domain/plan.ts';
import type { Call, VerbName } from '../../src/domain/verbs.ts';
import type { Instant, TargetId } from '../../src/domain/words.ts';
import { attempt, callOnce } from './attempt.ts';
import { takeFor } from './locks.ts';
import type { Run, UndoEntry } from './run.ts';
import { addNote, orderOf, planOf } from './run.ts';
import { show } from './show.ts';

/** Undos that take nothing from a user, whatever has happened since. */
const harmless: ReadonlySet<VerbName> = new Set(['releaseSet', 'endRestore']);

const isSame = (undo: Undo, call: Call): boolean => JSON.stringify(undo) === JSON.stringify(call);

/** A step that does what another's undo would do has spent it: a drill that discards its place leaves none to discard. */
export const spendUndo = (run: Run, done: Call): void => {
  run.undos = run.undos.filter((entry) => !isSame(entry.undo, done));
};

/** What is known of a target that was switched: from when on its users may have written where they are now. */
type WrittenSince = ReadonlyMap<TargetId, Instant>;

/**
 * After a switch, from the first green probe on, users may have written: going back would lose that. Of several targets
 * those that were not switched can still go back.
 */
const writtenSince = (run: Run): WrittenSince => {
  const { healthy } = run.stamps;
  const since = new Map<TargetId, Instant>();
  if (healthy === undefined) return since;
  for (const { step, undo } of run.undos) {
    if (!('verb' in undo) || undo.verb !== 'switchTarget') continue;
    const record = run.steps.find((one) => one.id === step);
    const isAfter = record?.state === 'done' && Date.parse(healthy.at) >= Date.parse(record.startedAt ?? healthy.at);
    if (isAfter) since.set(undo.with.target, healthy.at);
  }
  return since;
};

/** Whose data a call is about. */
const targetOf = (call: Call): TargetId | null => {
  if ('target' in call.with) return call.with.target;
  return 'site' in call.with ? call.with.site.place.target : null;
};

const takeBack = async (run: Run, entry: UndoEntry, undo: Call): Promise<void> => {
  const plan = planOf(run);
  await takeFor(run, undo);
  const order = orderOf(plan, entry.step);
  const summary = `undo ${entry.step}`;
  await attempt(
    'bulk',
    () => callOnce({ order, region: plan.region, call: undo, profile: 'bulk', summary }),
    () => {},
  );
};

/** Whether what cannot be taken back is still there: not when it only read, or goes with a place that is discarded. */
const isFelt = (run: Run, id: string): boolean => {
  const step = planOf(run)
    .phases.flatMap((phase) => phase.steps)
    .find((one) => one.id === id);
  if (step?.kind !== 'do' && step?.kind !== 'units') return false;
  const places = step.kind === 'units' ? [step.site.place] : placesChanged(step.run);
  const discarded = run.undos.flatMap(({ undo }) =>
    'verb' in undo && undo.verb === 'discardPlace' ? [undo.with.site.place.id] : [],
  );
  return places.some((place) => !discarded.includes(place.id));
};

/** Takes one step back; a finding says why where it did not happen. */
const undoOne = async (run: Run, entry: UndoEntry, written: WrittenSince): Promise<'undone' | 'left'> => {
  const { step, undo } = entry;
  const leave = (says: string, isFailure: boolean) => {
    run.findings.push({ says, isFailure });
    return 'left' as const;
  };
  if (!('verb' in undo)) {
    if (isFelt(run, step))
      run.findings.push({ says: `step ${step} stays as it is: ${undo.irreversible}`, isFailure: false });
    return 'left';
  }
  const since = written.get(targetOf(undo) ?? '');
  if (since !== undefined && !harmless.has(undo.verb)) {
    const says = `step ${step} was not undone: users may have written since ${since}`;
    return leave(`${says}; going back is a fail-back, by a run of its own`, false);
  }
  try {
    await takeBack(run, entry, undo);
    addNote(run, `undone: ${step}`);
    return 'undone';
  } catch (error) {
    if (!(error instanceof DrError)) throw error;
    return leave(`step ${step} could not be undone: ${describeError(error)}`, true);
  }
};

/**
 * Takes back what was begun, last first, each once: one that fails is a finding, and the next one follows. Call where no
 * cancellation reaches.
 */
export const undoAll = async (run: Run): Promise<void> => {
  const written = writtenSince(run);
  for (const entry of run.undos.toReversed()) {
    const record = run.steps.find((one) => one.id === entry.step);
    const became = await undoOne(run, entry, written);
    if (became === 'undone' && record !== undefined) record.state = 'undone';
    show(run);
  }
  run.undos = [];
};

/** What a drill leaves behind is cleaned up; what cannot be is a finding, and then the drill does not count. */
export const cleanUp = async (run: Run): Promise<void> => {
  for (const entry of run.undos.toReversed()) {
    if ('verb' in entry.undo) await undoOne(run, entry, new Map());
    show(run);
  }
  run.undos = [];
};

/** A place that a finished run made, and neither handed over nor discarded. */
export const reportLeftovers = (run: Run): void => {
  const handedOver = run.undos.flatMap(({ undo }) =>
    'verb' in undo && undo.verb === 'switchTarget' ? [undo.with.from.id, undo.with.to.id] : [],
  );
  for (const { step, undo } of run.undos) {
    if (!('verb' in undo) || undo.verb !== 'discardPlace') continue;
    const { id } = undo.with.site.place;
    if (handedOver.includes(id)) continue;
    run.findings.push({ says: `place ${id}, made by step ${step}, stays`, isFailure: false });
  }
};
