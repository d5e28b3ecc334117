import type { ChildWorkflowHandle } from '@temporalio/workflow';
import { CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import type { Stamps } from '../../src/domain/clocks.ts';
import type { DrError } from '../../src/domain/errors.ts';
import { describeError } from '../../src/domain/errors.ts';
import type { DoStep, Plan, Step, Undo } from '../../src/domain/plan.ts';
import type { Decision, Risk } from '../../src/domain/risk.ts';
import type { Note, Status, StepRecord, Wait } from '../../src/domain/run.ts';
import type { Finding, Order } from '../../src/domain/verbs.ts';
import type { Digest, Instant, Outcome, PlaceId, RunId } from '../../src/domain/words.ts';
import type { AttributeValues } from './attributes.ts';
import type { holdPlace } from './hold-place.ts';

/** A gate that waits for people. */
export interface OpenGate {
  id: string;
  asks: string;
  risk: Risk;
  expiresAt: Instant;
}

/** A failed step that waits for a person to say what becomes of it. */
export interface Question {
  step: string;
  says: string;
  failure: string;
  skippable: DoStep['skippable'];
  /** When an unattended run stops waiting; null waits for ever. */
  expiresAt: Instant | null;
  answer: 'retry' | 'skip' | null;
  skipped?: { why: string; by: readonly string[] };
}

/** A message whose sender has yet to be proven by an activity. */
export interface CodedMessage {
  name: 'approve' | 'deny' | 'skipStep';
  /** Id of the gate, or of the step to skip. */
  subject: string;
  code: string;
  why?: string;
  plan: Digest;
}

/** Why the walk ends early. The first one counts. */
export type Stop = { outcome: 'aborted'; because: string } | { outcome: 'failed'; because: string; error: DrError };

export const failed = (error: DrError): Stop => ({ outcome: 'failed', because: describeError(error), error });

/** Something done that an abort takes back. Pushed before the step acts. */
export interface UndoEntry {
  step: string;
  undo: Undo;
}

/** Everything a run knows about itself. Changed in place; `show` publishes it. */
export interface Run {
  readonly name: string;
  readonly id: RunId;
  readonly startedAt: Instant;
  /** Scope of all work that an abort interrupts. */
  readonly work: CancellationScope;
  plan: Plan | null;
  phase: string | null;
  steps: StepRecord[];
  stamps: Stamps;
  decisions: Decision[];
  waits: Wait[];
  notes: Note[];
  findings: Finding[];
  gates: OpenGate[];
  questions: Question[];
  inbox: CodedMessage[];
  undos: UndoEntry[];
  /** Locks that this run holds: idle children. */
  held: Map<PlaceId, ChildWorkflowHandle<typeof holdPlace>>;
  /** What locks of others said when they were asked who holds them; null is nobody any more. */
  answers: Map<PlaceId, RunId | null>;
  /** Locks are taken and given back one at a time. */
  turn: Promise<unknown>;
  hold: Wait | null;
  stop: Stop | null;
  /** Nothing can be taken back any more: the run undoes or writes its report. */
  ending: 'no' | 'undoing' | 'closing' | 'ended';
  outcome: Outcome | null;
  measured: { rtoSeconds: number | null; rpoSeconds: number | null };
  lastMessage: string;
  /** What the end says, the report's own sentence where there is one. */
  said: string;
  /** Search attributes as they were published last. */
  published: AttributeValues | null;
}

export const now = (): Instant => new Date().toISOString();

/** Call inside the scope whose cancellation must not reach the work by itself. */
export const openRun = (name: string): Run => {
  const { workflowId, startTime } = workflowInfo();
  const startedAt = startTime.toISOString();
  return {
    name,
    id: workflowId,
    startedAt,
    work: new CancellationScope({ cancellable: true }),
    plan: null,
    phase: null,
    steps: [],
    stamps: { started: { at: startedAt, source: 'history' } },
    decisions: [],
    waits: [],
    notes: [],
    findings: [],
    gates: [],
    questions: [],
    inbox: [],
    undos: [],
    held: new Map(),
    answers: new Map(),
    turn: Promise.resolve(),
    hold: null,
    stop: null,
    ending: 'no',
    outcome: null,
    measured: { rtoSeconds: null, rpoSeconds: null },
    lastMessage: '',
    said: '',
    published: null,
  };
};

/** What the run is doing, as one word. */
export const stateOf = (run: Run): Status['state'] => {
  if (run.ending === 'ended') return 'ended';
  if (run.ending === 'undoing') return 'undoing';
  if (run.questions.length > 0) return 'asking';
  if (run.gates.length > 0) return 'approving';
  if (run.hold !== null) return 'held';
  return run.plan === null ? 'planning' : 'running';
};

/** @throws TypeError before the plan is frozen: nothing that needs a plan runs earlier. */
export const planOf = (run: Run): Plan => {
  if (run.plan === null) throw new TypeError(`run ${run.id} has no plan yet`);
  return run.plan;
};

export const recordOf = (run: Run, step: string): StepRecord => {
  const record = run.steps.find((one) => one.id === step);
  if (record === undefined) throw new TypeError(`run ${run.id} has no step ${step}`);
  return record;
};

export const orderOf = (plan: Plan, step: string): Order => ({
  run: plan.run,
  step,
  mode: plan.mode,
  plan: plan.digest,
  estate: plan.estate,
});

/** `3/9 restore data`: where a step stands in its plan. */
export const titleOf = (run: Run, step: Step): string => {
  const position = run.steps.findIndex((one) => one.id === step.id) + 1;
  return `${position}/${run.steps.length} ${step.says}`;
};

/** Ends the walk: work in flight is cancelled and waited for. Only the first call counts. */
export const stopRun = (run: Run, stop: Stop): void => {
  if (run.stop !== null || run.ending !== 'no') return;
  run.stop = stop;
  if (run.hold !== null) run.hold.to = now();
  run.hold = null;
  run.work.cancel();
};

/** Ends the walk from within a step: throws what cancels the work. */
export const endWalk = async (run: Run, stop: Stop): Promise<never> => {
  stopRun(run, stop);
  await condition(() => false);
  throw new TypeError('the work of a stopped run was not cancelled');
};

const mostNotes = 300;

/** Keeps a sentence with the run; after 300 the oldest go. */
export const addNote = (run: Run, says: string): void => {
  run.notes.push({ at: now(), says });
  if (run.notes.length > mostNotes) run.notes.shift();
};

/** Records time that is not machine work; call the answer when it is over. */
export const beginWait = (run: Run, kind: Wait['kind'], step: string | null, says: string): (() => void) => {
  const wait: Wait = { kind, step, from: now(), to: null, says };
  run.waits.push(wait);
  return () => {
    wait.to ??= now();
  };
};
