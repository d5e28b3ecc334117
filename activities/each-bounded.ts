import pLimit from 'p-limit';

/**
 * Does something with every item, at most `parallel` at a time, beginning in order. After a failure nothing more begins;
 * what is in flight is waited for, then the first failure is thrown.
 */
export const eachBounded = async <T>(
  items: readonly T[],
  parallel: number,
  act: (item: T) => Promise<void>,
): Promise<void> => {
  const failures: unknown[] = [];
  await pLimit(parallel).map(items, async (item) => {
    if (failures.length > 0) return;
    await act(item).catch((error: unknown) => failures.push(error));
  });
  if (failures.length > 0) throw failures[0];
};
