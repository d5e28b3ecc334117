import type { Progress, Work } from '../../stores/port.ts';

/** Work whose beats can be kept off the screen: what a store says of one unit would hide how far the whole is. */
export interface HushedWork {
  work: Work;
  quietly<T>(body: () => Promise<T>): Promise<T>;
}

export const hush = (work: Work): HushedWork => {
  let isQuiet = false;
  return {
    work: { ...work, beat: (progress: Progress) => (isQuiet ? undefined : work.beat(progress)) },
    quietly: async (body) => {
      isQuiet = true;
      try {
        return await body();
      } finally {
        isQuiet = false;
      }
    },
  };
};
