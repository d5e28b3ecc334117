import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
  TimeoutType,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import type { ErrorFacts, ErrorKind } from '../../src/domain/errors.ts';
import { DrError, describeError, errorKinds } from '../../src/domain/errors.ts';
import type { Evidence } from '../../src/domain/verbs.ts';
import { mostDeaths } from './profiles.ts';

/** What went wrong, and whether trying again could help. */
export interface Failure {
  error: DrError;
  isPermanent: boolean;
}

const retryable = (error: DrError): Failure => ({ error, isPermanent: false });

const isKind = (type: unknown): type is ErrorKind => typeof type === 'string' && Object.hasOwn(errorKinds, type);

/** A failure that an activity threw: type is the kind, details are `{ hint, facts, evidence }`. */
const readApplication = (failure: ApplicationFailure): Failure => {
  const detail = (failure.details?.[0] ?? {}) as { hint?: unknown; facts?: ErrorFacts; evidence?: Evidence };
  const [message = '', said = ''] = (failure.message ?? '').split('\nhint: ');
  const hint = typeof detail.hint === 'string' ? detail.hint : said || 'look at the log of the worker';
  const kind = isKind(failure.type) ? failure.type : 'unexpected';
  const error = new DrError(kind, message || 'failed without a word', hint, {
    facts: detail.facts ?? {},
    evidence: detail.evidence ?? {},
  });
  return { error, isPermanent: failure.nonRetryable === true || error.isPermanent };
};

const readTimeout = (failure: TimeoutFailure): Failure => {
  const hint = 'look at the log of the workers and at what they wait for';
  if (failure.timeoutType === TimeoutType.HEARTBEAT) {
    return retryable(new DrError('interrupted', `its worker died ${mostDeaths} times at this call`, hint));
  }
  if (failure.cause !== undefined) return readCause(failure.cause);
  return retryable(new DrError('interrupted', 'took longer than it may', hint));
};

const readCause = (cause: unknown): Failure => {
  if (cause instanceof ApplicationFailure) return readApplication(cause);
  if (cause instanceof TimeoutFailure) return readTimeout(cause);
  return retryable(new DrError('unexpected', describeError(cause), 'look at the log of the worker'));
};

/** Reads what an activity or a child failed with. Null for anything else: that is a defect of the engine. */
export const readFailure = (thrown: unknown): Failure | null => {
  if (thrown instanceof ActivityFailure) return readCause(thrown.cause);
  if (thrown instanceof WorkflowExecutionAlreadyStartedError) {
    const hint = 'it ends by itself within seconds, or end it in the Temporal UI';
    return retryable(new DrError('busy', `workflow ${thrown.workflowId} of an earlier attempt is still open`, hint));
  }
  if (!(thrown instanceof ChildWorkflowFailure)) return null;
  const { cause } = thrown;
  if (cause instanceof CancelledFailure || cause instanceof TerminatedFailure) {
    const hint = 'retryStep goes on with what is left to do';
    const says = `workflow ${thrown.execution.workflowId} was ended by hand`;
    return { error: new DrError('interrupted', says, hint), isPermanent: true };
  }
  return readCause(cause);
};

/** Ends a workflow or refuses a message: a sentence and a hint, without a stack, never tried again. */
export const failureOf = (error: DrError, ...details: unknown[]): ApplicationFailure => {
  const failure = ApplicationFailure.create({
    message: describeError(error),
    type: error.kind,
    nonRetryable: true,
    details,
  });
  failure.stack = '';
  return failure;
};
