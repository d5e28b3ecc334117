import { interrupted, throwIfAborted } from './interrupted.ts';

/** A fixed number of permits. Whoever takes one gives it back; waiters are served in turn. */
export interface Slots {
  /** Waits for a permit. @throws DrError `interrupted`, holding none */
  take(signal: AbortSignal): Promise<void>;
  /** A permit if one is free now and nobody waits. */
  tryTake(): boolean;
  give(): void;
}

export const slots = (count: number): Slots => {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    take: (signal) =>
      new Promise<void>((resolve, reject) => {
        throwIfAborted(signal);
        if (free > 0) {
          free -= 1;
          resolve();
          return;
        }
        const granted = (): void => {
          signal.removeEventListener('abort', aborted);
          resolve();
        };
        const aborted = (): void => {
          waiting.splice(waiting.indexOf(granted), 1);
          reject(interrupted());
        };
        signal.addEventListener('abort', aborted, { once: true });
        waiting.push(granted);
      }),
    tryTake: () => {
      if (free === 0) return false;
      free -= 1;
      return true;
    },
    give: () => {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
};
