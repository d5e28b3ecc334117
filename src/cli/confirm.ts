import { DrError } from '../domain/errors.ts';
import type { Session } from './session.ts';

/** What is about to be changed, as the person has to see it. */
export interface Change {
  says: string;
  target: string;
  place: string;
  set: string;
}

/**
 * Shows what a command is about to change and asks for the name of the target. `--yes` shows it and does not ask.
 * @throws DrError `refused` when another name is typed, or nobody is there to type one
 */
export const confirm = async (session: Session, change: Change): Promise<void> => {
  const { says, target, place, set } = change;
  session.say(`${says}\n  target: ${target}\n  place:  ${place}\n  set:    ${set}`);
  if (session.yes) return;
  const typed = await session.terminal.ask('Type the name of the target to go on: ', session.signal);
  if (typed === target) return;
  throw new DrError(
    'refused',
    typed === null
      ? `nobody confirmed: expected "${target}", found the end of the input`
      : `not confirmed: expected "${target}", found "${typed}"`,
    'nothing was changed; type the name of the target, or give --yes',
  );
};
