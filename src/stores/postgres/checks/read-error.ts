import { isDrError } from '../../../domain/errors.ts';
import { type Found, red, unmeasured } from '../../found.ts';

/** What an error says about the data. @throws the error when it says nothing: then nothing is known */
export const readError = (error: unknown): Found => {
  if (!isDrError(error)) throw error;
  const { kind, message, hint, facts } = error;
  if (kind === 'no-permission' || kind === 'refused') return unmeasured('an answer', `${message}; ${hint}`);
  const isAnswer = kind === 'damaged' || kind === 'missing' || kind === 'not-supported';
  if (isAnswer || /^(42|XX)/.test(String(facts.sqlstate ?? ''))) return red('an answer', message);
  throw error;
};
