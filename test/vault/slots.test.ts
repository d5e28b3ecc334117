import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slots } from '../../src/vault/slots.ts';
import { kindOf } from './backend-conformance.ts';

const { signal } = new AbortController();

describe('slots', () => {
  it('never let out more than there are, serve everyone, and end with all of them back (property)', async () => {
    const takers = fc.array(
      fc.record({ count: fc.integer({ min: 1, max: 12 }), ticks: fc.nat(3), leaves: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), takers, async (total, all) => {
        const permits = slots(total);
        let out = 0;
        const served = await Promise.all(
          all.map(async ({ count, ticks, leaves }) => {
            const stop = new AbortController();
            const taking = permits.take(stop.signal, count);
            if (leaves) queueMicrotask(() => stop.abort());
            try {
              await taking;
            } catch {
              return leaves;
            }
            out += Math.min(count, total);
            expect(out).toBeLessThanOrEqual(total);
            for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
            out -= Math.min(count, total);
            permits.give(count);
            return true;
          }),
        );
        expect(served.every(Boolean)).toBe(true);
        for (let n = 0; n < total; n += 1) expect(permits.tryTake()).toBe(true);
        expect(permits.tryTake()).toBe(false);
      }),
    );
  });

  it('give nothing to one who does not wait while another does', async () => {
    const permits = slots(2);
    await permits.take(signal);
    const waiting = permits.take(signal, 2);
    expect(permits.tryTake()).toBe(false);
    permits.give();
    await waiting;
    expect(await kindOf(permits.take(AbortSignal.abort()))).toBe('interrupted');
  });
});
