import { interrupted, throwIfAborted } from './interrupted.ts';

/** A fixed number of permits. Whoever takes some gives them back; waiters are served in turn. */
export interface Slots {
  /** Waits for permits, for all of them when more are wanted than exist. @throws DrError `interrupted`, holding none */
  take(signal: AbortSignal, count?: number): Promise<void>;
  /** One permit if it is free now and nobody waits. */
  tryTake(): boolean;
  give(count?: number): void;
}

interface Waiter {
  count: number;
  granted(): void;
}

export const slots = (total: number): Slots => {
  let free = total;
  const waiting: Waiter[] = [];
  const serve = (): void => {
    while (waiting[0] && waiting[0].count <= free) {
      const { count, granted } = waiting.shift()!;
      free -= count;
      granted();
    }
  };
  return {
    take: (signal, count = 1) =>
      new Promise<void>((resolve, reject) => {
        throwIfAborted(signal);
        const waiter: Waiter = {
          count: Math.min(count, total),
          granted: () => {
            signal.removeEventListener('abort', aborted);
            resolve();
          },
        };
        const aborted = (): void => {
          waiting.splice(waiting.indexOf(waiter), 1);
          serve();
          reject(interrupted());
        };
        signal.addEventListener('abort', aborted, { once: true });
        waiting.push(waiter);
        serve();
      }),
    tryTake: () => {
      if (free === 0 || waiting.length > 0) return false;
      free -= 1;
      return true;
    },
    give: (count = 1) => {
      free += Math.min(count, total);
      serve();
    },
  };
};
