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
 * Runs tasks side by side under one signal. The first failure aborts it for the others and is what is thrown; tasks that
 * do not heed it are left behind.
 */
export const together = async <T>(
  signal: AbortSignal,
  tasks: readonly ((signal: AbortSignal) => Promise<T>)[],
): Promise<T[]> => {
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  try {
    return await Promise.all(tasks.map((task) => orStop(both, task(both))));
  } catch (error) {
    failed.abort(error);
    throw error;
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
  const left = items.values();
  const hand = async (stop: AbortSignal): Promise<void> => {
    for (const item of left) await orStop(stop, task(item, stop));
  };
  await together(signal, Array(Math.max(1, Math.min(most, items.length))).fill(hand));
};
