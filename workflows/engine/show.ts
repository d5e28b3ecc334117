import { defineQuery, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { Status } from '../../src/domain/run.ts';
import { publishAttributes } from './attributes.ts';
import { nextOf, renderDetails } from './details.ts';
import type { Run } from './run.ts';
import { stateOf } from './run.ts';

const statusOf = (run: Run): Status => ({
  runbook: run.name,
  mode: run.plan?.mode ?? 'unknown',
  plan: run.plan,
  state: stateOf(run),
  outcome: run.outcome,
  next: nextOf(run),
  lastMessage: run.lastMessage,
  startedAt: run.startedAt,
  stamps: run.stamps,
  steps: run.steps,
  decisions: run.decisions,
  waits: run.waits,
  notes: run.notes,
  findings: run.findings,
  ...(run.stop === null ? {} : { because: run.stop.because }),
});

/** Publishes what the run knows: current details for people, search attributes for lists. Call after every change. */
export const show = (run: Run): void => {
  setCurrentDetails(renderDetails(run));
  publishAttributes(run);
};

/** Answers `status`: everything at once, for programs. */
export const answerStatus = (run: Run): void => {
  setHandler(defineQuery<Status>('status'), () => statusOf(run), {
    description: 'The whole state of the run, as JSON',
  });
};
