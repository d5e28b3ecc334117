import { DrError } from '../domain/errors.ts';
import type { Session } from './session.ts';

/** What is about to be changed, as the person has to see it. */
export interface Change {
  says: string;
  /** What has to be typed: the target, or what else is about to be changed as a whole. */
  target: string;
  /** What that is the name of. */
  of?: 'target' | 'runbook';
  place: string;
  set: string;
}

/**
 * Shows what a command is about to change and asks for its name. `--yes` shows it and does not ask.
 * @throws DrError `refused` when another name is typed, or nobody is there to type one
 */
export const confirm = async (session: Session, change: Change): Promise<void> => {
  const { says, target, of = 'target', place, set } = change;
  session.say(`${says}\n  ${`${of}:`.padEnd(8)}${target}\n  place:  ${place}\n  set:    ${set}`);
  if (session.yes) return;
  const typed = await session.terminal.ask(`Type the name of the ${of} to go on: `, session.signal);
  if (typed === target) return;
  throw new DrError(
    'refused',
    typed === null
      ? `nobody confirmed: expected "${target}", found the end of the input`
      : `not confirmed: expected "${target}", found "${typed}"`,
    `nothing was changed; type the name of the ${of}, or give --yes`,
  );
};
