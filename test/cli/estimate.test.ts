import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate, recent, type Sample, windowMs } from '../../src/cli/estimate.ts';

/** Samples in time, bytes that never count backwards, and a moment at or after the last of them. */
const history = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(30_000), fc.nat(1e9)), { maxLength: 30 }),
    fc.nat(60_000),
    fc.option(fc.nat(1e10), { nil: null }),
  )
  .map(([steps, later, totalBytes]) => {
    const samples = steps.reduce<Sample[]>((all, [ms, bytes]) => {
      const last = all.at(-1) ?? { atMs: 0, bytes: 0 };
      all.push({ atMs: last.atMs + ms, bytes: last.bytes + bytes });
      return all;
    }, []);
    return { samples, totalBytes, nowMs: (samples.at(-1)?.atMs ?? 0) + later };
  });

describe('an estimate of the time left', () => {
  it('is a number of at least zero, or an honest null', () => {
    fc.assert(
      fc.property(history, ({ samples, totalBytes, nowMs }) => {
        const { bytesPerSecond, leftMs } = estimate(samples, totalBytes, nowMs);
        expect(bytesPerSecond >= 0 && Number.isFinite(bytesPerSecond)).toBe(true);
        expect(leftMs === null || (leftMs >= 0 && Number.isFinite(leftMs))).toBe(true);
        if (totalBytes === null) expect(leftMs).toBeNull();
      }),
    );
  });

  it('is right within a tenth for work at an even speed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 1e9 }),
        fc.integer({ min: 2, max: 200 }),
        fc.integer({ min: 1, max: 100 }),
        (bytesPerSecond, seenSeconds, leftSeconds) => {
          const samples = Array.from({ length: seenSeconds + 1 }, (_, s) => ({
            atMs: s * 1000,
            bytes: s * bytesPerSecond,
          }));
          const total = bytesPerSecond * (seenSeconds + leftSeconds);
          const { leftMs } = estimate(samples, total, seenSeconds * 1000);
          expect(Math.abs(leftMs! - leftSeconds * 1000)).toBeLessThanOrEqual(leftSeconds * 100 + 2);
        },
      ),
    );
  });

  it('never shrinks while nothing moves, and is null once nothing has moved for the window', () => {
    fc.assert(
      fc.property(history, fc.nat(windowMs), ({ samples, totalBytes, nowMs }, waitedMs) => {
        fc.pre(totalBytes !== null && samples.length > 0 && samples.at(-1)!.bytes < totalBytes);
        const stalled: Sample[] = [...samples, { ...samples.at(-1)!, atMs: nowMs }];
        const before = estimate(stalled, totalBytes, nowMs).leftMs;
        const after = estimate(stalled, totalBytes, nowMs + waitedMs).leftMs;
        if (before !== null && after !== null && recent(stalled, nowMs)[0] === recent(stalled, nowMs + waitedMs)[0])
          expect(after).toBeGreaterThanOrEqual(before);
        expect(estimate(stalled, totalBytes, nowMs + windowMs).leftMs).toBeNull();
      }),
    );
  });

  it('follows the speed of now and not that of the beginning', () => {
    const fast = Array.from({ length: 60 }, (_, s) => ({ atMs: s * 1000, bytes: s * 1000 }));
    const slow = Array.from({ length: 60 }, (_, s) => ({ atMs: 60_000 + s * 1000, bytes: 60_000 + s * 10 }));
    const { bytesPerSecond } = estimate([...fast, ...slow], 1e6, 119_000);
    expect(bytesPerSecond).toBeLessThan(11);
  });

  it('says nothing before it has seen a second', () => {
    const samples = [
      { atMs: 0, bytes: 0 },
      { atMs: 900, bytes: 500 },
    ];
    expect(estimate(samples, 1000, 900).leftMs).toBeNull();
    expect(estimate(samples, 1000, 1000).leftMs).toBe(1000);
    expect(estimate(samples, 500, 900).leftMs).toBe(0);
  });
});
