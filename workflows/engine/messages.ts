import { defineUpdate, setHandler } from '@temporalio/workflow';
import { DrError } from '../../src/domain/errors.ts';
import type { MessageName } from '../../src/domain/message.ts';
import { messages } from '../../src/domain/message.ts';
import { failureOf } from './failure.ts';
import { answerGate } from './gate-messages.ts';
import { answerQuestion } from './question-messages.ts';
import type { Fields } from './read-message.ts';
import { readMessage } from './read-message.ts';
import type { Run } from './run.ts';
import { addNote, beginWait, now, stateOf, stopRun } from './run.ts';
import { show } from './show.ts';

/** What a message would do now: a sentence why not, or the deed that answers with a sentence. */
export type Answer = { refused: string } | { act: () => string };

const refuse = (refused: string): Answer => ({ refused });

const holdRun = (run: Run, fields: Fields): Answer => {
  if (run.hold !== null) return refuse('the run is on hold already; resume: {}');
  return {
    act: () => {
      const says = fields.why ?? 'no reason given';
      beginWait(run, 'hold', null, says);
      run.hold = run.waits.at(-1)!;
      return `no step starts until resume; steps that run now run on (${says})`;
    },
  };
};

const resumeRun = (run: Run): Answer => {
  const { hold } = run;
  if (hold === null) return refuse('the run is not on hold');
  return {
    act: () => {
      hold.to = now();
      run.hold = null;
      return 'the run goes on';
    },
  };
};

const abortRun = (run: Run, fields: Fields): Answer => {
  const { why } = fields;
  if (why === undefined) return refuse(`abort needs a reason. ${messages.abort}`);
  return {
    act: () => {
      stopRun(run, { outcome: 'aborted', because: why });
      return 'work in flight is stopped, then everything that can be undone is, last step first';
    },
  };
};

const keepNote = (fields: Fields): Answer => {
  const { says } = fields;
  return says === undefined ? refuse(`nothing to note. ${messages.note}`) : { act: () => says };
};

const answer = (run: Run, name: MessageName, fields: Fields): Answer => {
  if (name === 'note') return keepNote(fields);
  if (run.stop !== null || run.ending !== 'no') {
    return refuse(`${name} comes too late: the run is ${run.stop === null ? 'closing' : stateOf(run)}`);
  }
  if (name === 'approve' || name === 'deny') return answerGate(run, name, fields);
  if (name === 'retryStep' || name === 'skipStep') return answerQuestion(run, name, fields);
  if (name === 'hold') return holdRun(run, fields);
  return name === 'resume' ? resumeRun(run) : abortRun(run, fields);
};

const judge = (run: Run, name: MessageName, raw: unknown): Answer => {
  const message = readMessage(name, raw);
  return 'refused' in message ? message : answer(run, name, message.fields);
};

const listenTo = (run: Run, name: MessageName): void => {
  const handler = (raw?: unknown): string => {
    const judged = judge(run, name, raw);
    // A validator has just accepted it, so a refusal here means that a message of the same task came first.
    const says = 'refused' in judged ? judged.refused : judged.act();
    run.lastMessage = `${now()} ${name}: ${says}`;
    addNote(run, `${name}: ${says}`);
    show(run);
    return says;
  };
  const validator = (raw?: unknown): void => {
    const judged = judge(run, name, raw);
    if ('refused' in judged)
      throw failureOf(new DrError('refused', judged.refused.replace(/\.?$/, '.'), 'nothing was changed'));
  };
  setHandler(defineUpdate<string, [unknown?]>(name), handler, { validator, description: messages[name] });
};

/**
 * Hears every message from the first moment on. A wrong, late, early or double one is refused with a sentence and leaves
 * no event; an accepted one is answered at once, and what becomes of it shows in the current details.
 */
export const listen = (run: Run): void => {
  for (const name of Object.keys(messages) as MessageName[]) listenTo(run, name);
};
