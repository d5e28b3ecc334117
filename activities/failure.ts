import { ApplicationFailure } from '@temporalio/activity';
import { describeError, isDrError } from '../src/domain/errors.ts';
import type { Secrets } from './secrets.ts';

/**
 * What Temporal keeps of an error: its kind as type, message and hint, facts and evidence. Permanent kinds are not
 * retried; what we do not know is, as `unexpected`. No stack and no cause: both may hold what must not be in a history.
 */
export const toFailure = (error: unknown, secrets: Secrets): ApplicationFailure => {
  const failure = ApplicationFailure.create({
    type: isDrError(error) ? error.kind : 'unexpected',
    nonRetryable: isDrError(error) && error.isPermanent,
    message: secrets.scrub(describeError(error)),
    details: isDrError(error)
      ? [secrets.scrubAll({ hint: error.hint, facts: error.facts, evidence: error.evidence })]
      : [],
  });
  failure.stack = '';
  return failure;
};
