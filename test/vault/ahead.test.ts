import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ahead } from '../../src/vault/ahead.ts';
import { slots } from '../../src/vault/slots.ts';
import { kindOf } from './backend-conformance.ts';

const { signal } = new AbortController();
const ticks = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) await Promise.resolve();
};

describe('loading ahead', () => {
  it('keeps the order, never holds more than its permits and the one due, and gives all back (property)', async () => {
    const items = fc.array(fc.nat(5), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 4 }), fc.nat(40), async (delays, total, leaveAt) => {
        const permits = slots(total);
        const got: number[] = [];
        let loading = 0;
        const load = async (at: number): Promise<number> => {
          loading += 1;
          expect(loading).toBeLessThanOrEqual(total + 1);
          await ticks(delays[at]!);
          loading -= 1;
          return at;
        };
        for await (const at of ahead(delays.keys(), load, permits, signal)) {
          if (got.push(at) > leaveAt) break;
        }
        expect(got).toEqual([...delays.keys()].slice(0, leaveAt + 1));
        for (let n = 0; n < total; n += 1) expect(permits.tryTake()).toBe(true);
        expect(permits.tryTake()).toBe(false);
      }),
    );
  });

  it('moves although others hold every permit', async () => {
    const permits = slots(1);
    permits.tryTake();
    const got = await Array.fromAsync(ahead([1, 2, 3], async (n) => n, permits, signal));
    expect(got).toEqual([1, 2, 3]);
  });

  it('stops what it had begun when its reader leaves, and throws nothing later', async () => {
    const stopped: number[] = [];
    const load = (n: number, stop: AbortSignal): Promise<number> =>
      n === 0
        ? Promise.resolve(0)
        : new Promise((_, reject) => {
            stop.addEventListener('abort', () => {
              stopped.push(n);
              reject(new Error('stopped'));
            });
          });
    for await (const _ of ahead([0, 1, 2], load, slots(2), signal)) break;
    expect(stopped).toEqual([1, 2]);
  });

  it('throws a failure where it is due, after everything before it', async () => {
    const load = async (n: number): Promise<number> => {
      if (n === 2) throw new Error('broken');
      return n;
    };
    const got: number[] = [];
    const reading = (async () => {
      for await (const n of ahead([0, 1, 2, 3], load, slots(4), signal)) got.push(n);
    })();
    await expect(reading).rejects.toThrow('broken');
    expect(got).toEqual([0, 1]);
  });

  it('yields nothing more once it is told to stop', async () => {
    const stop = new AbortController();
    const got: number[] = [];
    const reading = (async () => {
      for await (const n of ahead([0, 1, 2], async (item) => item, slots(4), stop.signal)) {
        got.push(n);
        stop.abort();
      }
    })();
    expect(await kindOf(reading)).toBe('interrupted');
    expect(got).toEqual([0]);
  });
});
