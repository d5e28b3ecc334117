import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { DrError } from '../../domain/errors.ts';
import type { MessageName } from '../../domain/message.ts';
import type { RunId } from '../../domain/words.ts';
import { connectClient } from '../../temporal/connect.ts';
import { readStatus, sendMessage } from '../../temporal/runs.ts';
import type { Act, Options } from '../commands.ts';
import type { Session } from '../session.ts';

const fields = ['code', 'gate', 'step', 'why', 'by', 'plan', 'breakGlass', 'says'] as const;

/** Answers of the run that say it is still finding out whose code it was. */
const isChecking = (says: string): boolean => says.startsWith('checking ');

const provenMs = 30_000;

/** What became of a coded message: the run says it in its status, a moment after it took the message. */
const settled = async (client: Client, run: RunId, says: string): Promise<string> => {
  const deadline = Date.now() + provenMs;
  while (Date.now() < deadline) {
    const { lastMessage } = await readStatus(client, run);
    if (!lastMessage.endsWith(says)) return lastMessage.replace(/^\S+ /, '');
    await pause(250);
  }
  return says;
};

const payload = (options: Options): Record<string, string> =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = options[field];
      return typeof value === 'string' ? [[field, value]] : value === true ? [[field, 'yes']] : [];
    }),
  );

/** Gates are answered by someone proven; a code is asked for where somebody can type one. */
const withCode = async (session: Session, name: MessageName, message: Record<string, string>) => {
  const needsCode = (name === 'approve' || name === 'deny') && !('code' in message) && !('breakGlass' in message);
  if (!needsCode || !session.terminal.isInteractive) return message;
  const code = await session.terminal.ask('Your one-time code: ', session.signal);
  return code ? { ...message, code } : message;
};

/**
 * Sends one message to a run and says what became of it. A message that does not count is refused, although the run took
 * it: the sender has to know.
 */
export const send =
  (name: MessageName): Act =>
  async (session, [run = '', ...words], options) => {
    const typed = { ...payload(options), ...(words.length > 0 ? { says: words.join(' ') } : {}) };
    const message = await withCode(session, name, typed);
    await using connected = await connectClient();
    const taken = await sendMessage(connected.client, run, name, message);
    const says = isChecking(taken) ? await settled(connected.client, run, taken) : taken;
    if (/: not counted: /.test(says)) {
      throw new DrError('refused', says, `nothing was changed; dr status ${run} says who may act`);
    }
    return { json: { run, message: name, says }, text: says };
  };
