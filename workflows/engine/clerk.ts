import { condition } from '@temporalio/workflow';
import { DrError } from '../../src/domain/errors.ts';
import type { Decision } from '../../src/domain/risk.ts';
import { judgeGate } from '../../src/domain/risk.ts';
import { attempt, desk } from './attempt.ts';
import { count } from './gate-messages.ts';
import { skipGateOf } from './question-messages.ts';
import type { CodedMessage, Run } from './run.ts';
import { addNote, now, planOf } from './run.ts';
import { show } from './show.ts';

const prove = async (
  run: Run,
  message: CodedMessage,
  gate: string,
): Promise<{ person: string } | { refused: string }> => {
  const { digest } = planOf(run);
  const act = () =>
    desk('quick', `whose code is it, for ${gate}`).provePerson({ run: run.id, plan: digest, gate, code: message.code });
  try {
    return await attempt('quick', act, () => {});
  } catch (error) {
    if (!(error instanceof DrError)) throw error;
    return { refused: `the code could not be checked: ${error.message}` };
  }
};

const missingOf = (run: Run, gate: string, risk: Parameters<typeof judgeGate>[0]) =>
  judgeGate(
    risk,
    planOf(run).starter,
    run.decisions.filter((one) => one.gate === gate),
  );

const settleGate = (run: Run, message: CodedMessage, decision: Decision): string => {
  const gate = run.gates.find((one) => one.id === message.subject);
  if (gate === undefined) return `gate ${message.subject} is closed already`;
  const why = count(run, decision);
  if (why !== null) return `not counted: ${why}`;
  if (decision.answer === 'deny') return `${decision.person} denied gate ${gate.id}`;
  const verdict = missingOf(run, gate.id, gate.risk);
  const rest = verdict.state === 'open' ? `; ${verdict.missing} more needed` : '';
  return `${decision.person} approved gate ${gate.id}${rest}`;
};

const settleSkip = (run: Run, message: CodedMessage, decision: Decision): string => {
  const question = run.questions.find((one) => one.step === message.subject && one.answer === null);
  if (question?.skippable === undefined) return `step ${message.subject} does not wait any more`;
  const why = count(run, decision);
  if (why !== null) return `not counted: ${why}`;
  const verdict = missingOf(run, decision.gate, question.skippable.risk);
  if (verdict.state === 'open') return `${decision.person} would skip ${question.step}; ${verdict.missing} more needed`;
  const by = run.decisions.filter((one) => one.gate === decision.gate).map((one) => one.person);
  question.skipped = { why: message.why ?? '', by };
  question.answer = 'skip';
  return `step ${question.step} is skipped, by ${by.join(' and ')}`;
};

const settle = async (run: Run, message: CodedMessage): Promise<string> => {
  const gate = message.name === 'skipStep' ? skipGateOf(message.subject) : message.subject;
  const proof = await prove(run, message, gate);
  if ('refused' in proof) return `not counted: ${proof.refused}`;
  const decision: Decision = {
    gate,
    person: proof.person,
    answer: message.name === 'deny' ? 'deny' : 'approve',
    proof: 'code',
    plan: message.plan,
    at: now(),
    ...(message.why === undefined ? {} : { why: message.why }),
  };
  return message.name === 'skipStep' ? settleSkip(run, message, decision) : settleGate(run, message, decision);
};

/**
 * Proves the senders of coded messages, one after the other, for as long as the run lives. Handlers answer at once; what
 * became of a message shows in the current details.
 */
export const runClerk = async (run: Run): Promise<never> => {
  for (;;) {
    await condition(() => run.inbox.length > 0);
    const message = run.inbox[0]!;
    const says = await settle(run, message);
    run.inbox.shift();
    run.lastMessage = `${now()} ${message.name}: ${says}`;
    addNote(run, `${message.name}: ${says}`);
    show(run);
  }
};
