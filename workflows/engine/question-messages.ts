import { messages } from '../../src/domain/message.ts';
import { approvalsNeeded } from '../../src/domain/risk.ts';
import type { Answer } from './messages.ts';
import type { Fields } from './read-message.ts';
import type { Question, Run } from './run.ts';
import { planOf } from './run.ts';

/** Name under which decisions about skipping a step are kept. */
export const skipGateOf = (step: string): string => `skip/${step}`;

const pick = (run: Run, name: string, wanted: string | undefined): Question | string => {
  const open = run.questions.filter((one) => one.answer === null);
  const ids = open.map((one) => one.step);
  const [only] = open;
  if (only === undefined) return `${name}: no step waits for an answer now`;
  if (wanted === undefined) {
    return ids.length === 1 ? only : `${name}: several steps wait; add {"step":"…"} with one of: ${ids.join(', ')}`;
  }
  return (
    open.find((one) => one.step === wanted) ?? `${name}: step "${wanted}" does not wait; waiting: ${ids.join(', ')}`
  );
};

const skip = (run: Run, question: Question, fields: Fields): Answer => {
  const { step, skippable } = question;
  if (skippable === undefined) {
    return { refused: `skipStep: going on without "${step}" is not safe; retryStep: {}, or abort: {"why":"…"}` };
  }
  const { why, code } = fields;
  if (why === undefined) return { refused: `skipStep: a reason is missing. ${messages.skipStep}` };
  const { starter, digest } = planOf(run);
  const needed = approvalsNeeded(skippable.risk, starter);
  if (needed === 0) {
    return {
      act: () => {
        question.skipped = { why, by: [] };
        question.answer = 'skip';
        return `step ${step} is skipped: ${why}`;
      },
    };
  }
  if (code === undefined) {
    return { refused: `skipStep: this is ${skippable.risk} and needs ${needed} proven. ${messages.skipStep}` };
  }
  if (run.inbox.some((one) => one.code === code)) return { refused: 'skipStep: this code is being checked already' };
  return {
    act: () => {
      run.inbox.push({ name: 'skipStep', subject: step, code, why, plan: digest });
      return `checking whose code it is, to skip step ${step}`;
    },
  };
};

/** Retry and skip: which failed step, and whether it may be skipped. */
export const answerQuestion = (run: Run, name: 'retryStep' | 'skipStep', fields: Fields): Answer => {
  const question = pick(run, name, fields.step);
  if (typeof question === 'string') return { refused: question };
  if (name === 'skipStep') return skip(run, question, fields);
  return {
    act: () => {
      question.answer = 'retry';
      return `step ${question.step} is tried again`;
    },
  };
};
