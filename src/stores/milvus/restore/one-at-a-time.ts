const last = new Map<string, Promise<unknown>>();

/** Until the body is done, or the signal says that nobody waits for it any more. */
const orOver = async (signal: AbortSignal, body: () => Promise<unknown>): Promise<void> => {
  if (signal.aborted) return;
  const over = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => over.resolve(), { once: true });
  await Promise.race([body().catch(() => {}), over.promise]);
};

/**
 * Runs one body at a time for each key, in this process. Between processes Milvus has nothing to wait on: what is done under a
 * key has to come to the same when two do it at once.
 */
export const oneAtATime = async <T>(key: string, signal: AbortSignal, body: () => Promise<T>): Promise<T> => {
  const answer = Promise.withResolvers<T>();
  const before = last.get(key) ?? Promise.resolve();
  const mine = before.then(() =>
    orOver(signal, () => {
      const doing = body();
      doing.then(answer.resolve, answer.reject);
      return doing;
    }),
  );
  last.set(key, mine);
  void mine.then(() => {
    if (last.get(key) === mine) last.delete(key);
  });
  return answer.promise;
};
