import { DrError } from '../domain/errors.ts';

export const interrupted = (): DrError => new DrError('interrupted', 'the work was told to stop', 'start it again');

/** @throws DrError `interrupted` once the signal is aborted */
export const throwIfAborted = (signal: AbortSignal): void => {
  if (signal.aborted) throw interrupted();
};
