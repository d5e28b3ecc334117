import { together } from '../../together.ts';
import type { Step } from './steps.ts';

/**
 * Does steps with at most so many hands, in their order as far as their locks allow: never two at once that lock the same
 * table, as one of them would only wait. The first failure stops the others.
 */
export const sideBySide = async (
  signal: AbortSignal,
  hands: number,
  steps: readonly Step[],
  each: (step: Step, signal: AbortSignal) => Promise<void>,
): Promise<void> => {
  const left = [...steps];
  const busy = new Set<number>();
  let ended = Promise.withResolvers<void>();
  const takeFree = (): Step | undefined => {
    const at = left.findIndex(({ locks }) => ![...locks].some((table) => busy.has(table)));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const hand = async (stop: AbortSignal): Promise<void> => {
    while (left.length > 0) {
      const step = takeFree();
      if (step === undefined) {
        await ended.promise;
        continue;
      }
      for (const table of step.locks) busy.add(table);
      await each(step, stop);
      for (const table of step.locks) busy.delete(table);
      ended.resolve();
      ended = Promise.withResolvers();
    }
  };
  await together(signal, Array(hands).fill(hand));
};
