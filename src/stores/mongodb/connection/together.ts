/** Settles as the promise does, or rejects with the reason of the signal as soon as it is aborted. */
export const orStop = async <T>(signal: AbortSignal, promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  signal.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

/**
 * Does `task` for every item, `most` at a time, in the order given. The first failure ends it, aborts the signal of the
 * others and is what is thrown.
 */
export const forEach = async <T>(
  items: readonly T[],
  most: number,
  signal: AbortSignal,
  task: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> => {
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const left = items.values();
  const work = async (): Promise<void> => {
    for (const item of left) await orStop(both, task(item, both));
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, Math.min(most, items.length)) }, work));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
};
