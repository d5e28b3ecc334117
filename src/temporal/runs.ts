import type { Client, WorkflowHandle } from '@temporalio/client';
import {
  ServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { controlQueue } from '../domain/desk.ts';
import type { ErrorKind } from '../domain/errors.ts';
import { DrError, describeError, errorKinds } from '../domain/errors.ts';
import type { MessageName } from '../domain/message.ts';
import type { RunInput } from '../domain/plan.ts';
import type { RunResult, Status } from '../domain/run.ts';
import type { RunId } from '../domain/words.ts';
import { runIdOf } from './ids.ts';

type Run = (input?: unknown) => Promise<RunResult>;

/**
 * Starts a runbook. Give `id` to choose the workflow id; otherwise it comes from runbook, target and incident.
 * @throws DrError `already-exists` when a run of that id is open, `unreachable`
 */
export const startRun = async (
  client: Client,
  runbook: string,
  input: Partial<RunInput>,
  id: RunId = runIdOf(runbook, input, new Date()),
): Promise<WorkflowHandle<Run>> => {
  try {
    return await client.workflow.start<Run>(runbook, {
      workflowId: id,
      taskQueue: controlQueue,
      args: [input],
      staticSummary: `${runbook} ${input.target ?? ''} (${input.mode ?? 'plan'})`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw readError(error, id);
    throw new DrError('already-exists', `run ${id} is open already`, `follow it with dr status ${id}, or abort it`);
  }
};

/** How long a message may take to be answered: handlers answer at once, so silence means that no worker listens. */
const answerMs = 20_000;

/**
 * Sends a message and answers with the run's sentence. What becomes of a coded message shows in the status.
 * @throws DrError `refused` with the sentence why; `missing` when there is no such open run; `unreachable` when no worker answers
 */
export const sendMessage = async (client: Client, run: RunId, name: MessageName, message: object): Promise<string> => {
  try {
    return await client.withDeadline(Date.now() + answerMs, () =>
      client.workflow.getHandle(run).executeUpdate<string, [object]>(name, { args: [message] }),
    );
  } catch (error) {
    throw readError(error, run);
  }
};

/** @throws DrError `missing`, or `unreachable` when no worker answers */
export const readStatus = async (client: Client, run: RunId): Promise<Status> => {
  try {
    return await client.withDeadline(Date.now() + answerMs, () =>
      client.workflow.getHandle(run).query<Status, []>('status'),
    );
  } catch (error) {
    throw readError(error, run);
  }
};

/** Waits for the end of a run. @throws DrError the reason why it failed, under the kind it failed with */
export const readResult = async (client: Client, run: RunId): Promise<RunResult> => {
  try {
    return await client.workflow.getHandle<Run>(run).result();
  } catch (error) {
    throw readError(error, run);
  }
};

const isKind = (type: unknown): type is ErrorKind => typeof type === 'string' && Object.hasOwn(errorKinds, type);

const readFailure = (failure: ApplicationFailure): DrError => {
  const [message = '', hint = 'look at the run in the Temporal UI'] = (failure.message ?? '').split('\nhint: ');
  return new DrError(isKind(failure.type) ? failure.type : 'unexpected', message, hint);
};

/** Errors of the Temporal client in the words of this product. */
const readError = (error: unknown, run: RunId): DrError => {
  const cause =
    error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError ? error.cause : error;
  if (cause instanceof ApplicationFailure) return readFailure(cause);
  if (error instanceof WorkflowFailedError) {
    return new DrError('interrupted', `run ${run} was ended from outside: ${describeError(cause)}`, 'start it again');
  }
  if (error instanceof WorkflowNotFoundError) {
    return new DrError('missing', `there is no open run ${run}`, 'dr status lists the runs');
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof ServiceError) {
    const hint = 'is a worker up on queue dr-control? dr doctor tells';
    return new DrError('unreachable', `run ${run} does not answer: ${describeError(error)}`, hint, { cause: error });
  }
  return new DrError('unexpected', describeError(error), 'look at the run in the Temporal UI', { cause: error });
};
