import { defineSearchAttributeKey } from '@temporalio/common';
import { condition, workflowInfo } from '@temporalio/workflow';
import { DrError, describeError } from '../../src/domain/errors.ts';
import { drillPatienceMs } from './profiles.ts';
import type { Question, Run } from './run.ts';
import { addNote, beginWait, endWalk, failed } from './run.ts';
import { show } from './show.ts';

const scheduledBy = defineSearchAttributeKey('TemporalScheduledById', 'KEYWORD');

/** A drill that a schedule started, or nobody who gave a name, has no one to answer it. */
export const isUnattended = (run: Run): boolean => {
  if (run.plan?.mode !== 'drill') return false;
  const isScheduled = workflowInfo().typedSearchAttributes.get(scheduledBy) !== undefined;
  return isScheduled || run.plan.starter.person === null;
};

/**
 * Asks what becomes of a failed step and waits for the answer; an abort ends the wait by cancelling it. An unattended
 * run waits for its patience, then stops as failed.
 */
export const ask = async (
  run: Run,
  step: { id: string; says: string },
  error: DrError,
  skippable: Question['skippable'],
): Promise<Question> => {
  const patience = isUnattended(run) ? drillPatienceMs : null;
  const question: Question = {
    step: step.id,
    says: step.says,
    failure: describeError(error),
    skippable,
    expiresAt: patience === null ? null : new Date(Date.now() + patience).toISOString(),
    answer: null,
  };
  const endWait = beginWait(run, 'question', step.id, error.message);
  run.questions.push(question);
  addNote(run, `step ${step.id} failed: ${describeError(error)}`);
  show(run);
  const isAnswered = () => question.answer !== null;
  try {
    if (patience === null) await condition(isAnswered);
    else if (!(await condition(isAnswered, patience, { summary: `answer about ${step.id}` }))) {
      await endWalk(run, failed(new DrError(error.kind, `nobody answered: ${error.message}`, error.hint)));
    }
  } finally {
    endWait();
    run.questions = run.questions.filter((one) => one !== question);
  }
  show(run);
  return question;
};
