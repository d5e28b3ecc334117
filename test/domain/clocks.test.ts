// Rows W3 of docs/coverage.md.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Stamp, StampSource, Stamps } from '../../src/domain/clocks.ts';
import { measureRto, secondsBetween, stampNames, verdictOf } from '../../src/domain/clocks.ts';

const start = Date.parse('2026-03-01T02:00:00.000Z');
const stamp = (seconds: number, source: StampSource = 'probe'): Stamp => ({
  at: new Date(start + seconds * 1000).toISOString(),
  source,
});

const anyStamp: fc.Arbitrary<Stamp> = fc.record({
  at: fc.oneof(
    fc.integer({ min: -90_000_000, max: 90_000_000 }).map((ms) => new Date(start + ms).toISOString()),
    fc.constantFrom('', 'yesterday', '2026-13-01T00:00:00.000Z'),
  ),
  source: fc.constantFrom<StampSource>('probe', 'alert', 'person', 'history', 'estimated'),
});
const anyStamps: fc.Arbitrary<Stamps> = fc.record(
  Object.fromEntries(stampNames.map((name) => [name, anyStamp])) as Record<
    (typeof stampNames)[number],
    typeof anyStamp
  >,
  { requiredKeys: [] },
);
const anyObjective = fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: null });

describe('time between two stamps', () => {
  test('is whole seconds, rounded up: a fraction over the promise is over it', () => {
    expect(secondsBetween(stamp(0), stamp(60.001))).toBe(61);
    expect(secondsBetween(stamp(0), stamp(60))).toBe(60);
  });

  test('is not known when one is missing, unreadable, or they run backwards', () => {
    expect(secondsBetween(undefined, stamp(1))).toBeNull();
    expect(secondsBetween(stamp(1), undefined)).toBeNull();
    expect(secondsBetween(stamp(2), stamp(1))).toBeNull();
    expect(secondsBetween({ at: 'noon', source: 'person' }, stamp(1))).toBeNull();
  });
});

describe('the recovery clocks', () => {
  test('the business clock decides, else the declared one, and the machine clock never does', () => {
    const declared = { declared: stamp(60), healthy: stamp(100) };
    expect(measureRto({ impact: stamp(0), ...declared }, 90)).toMatchObject({ by: 'business', verdict: 'missed' });
    expect(measureRto(declared, 90)).toMatchObject({ by: 'declared', verdict: 'met' });
    expect(measureRto({ approved: stamp(99), healthy: stamp(100) }, 90)).toMatchObject({
      machine: 1,
      by: null,
      verdict: 'not measured',
    });
  });

  test('an estimated start can miss but never meet', () => {
    const stamps = { impact: stamp(0, 'estimated'), healthy: stamp(100) };
    expect(measureRto(stamps, 99).verdict).toBe('missed');
    expect(measureRto(stamps, 100).verdict).toBe('not measured');
  });

  test('what was not measured never prints as met, whatever the stamps', () => {
    fc.assert(
      fc.property(anyStamps, anyObjective, (stamps, objective) => {
        const rto = measureRto(stamps, objective);
        if (rto.verdict === 'not measured') return;
        const begin = rto.by === 'business' ? stamps.impact : stamps.declared;
        const seconds = rto.by === 'business' ? rto.business : rto.declared;
        expect(objective).not.toBeNull();
        expect(seconds).toBe(secondsBetween(begin, stamps.healthy));
        expect(rto.verdict).toBe(seconds! <= objective! ? 'met' : 'missed');
        if (rto.verdict === 'met') expect([begin?.source, stamps.healthy?.source]).not.toContain('estimated');
      }),
    );
  });

  test('without a healthy stamp nothing is measured', () => {
    fc.assert(
      fc.property(anyStamps, anyObjective, ({ healthy: _, ...stamps }, objective) => {
        expect(measureRto(stamps, objective)).toMatchObject({ business: null, declared: null, machine: null });
        expect(measureRto(stamps, objective).verdict).toBe('not measured');
      }),
    );
  });

  test('a later healthy moment never turns a missed promise into a met one', () => {
    const seconds = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(seconds, seconds, seconds, (early, more, objective) => {
        const at = (healthy: number) => measureRto({ impact: stamp(0), healthy: stamp(healthy) }, objective).verdict;
        if (at(early) === 'missed') expect(at(early + more)).toBe('missed');
      }),
    );
  });
});

describe('a verdict', () => {
  test('is not measured for anything that is no duration', () => {
    for (const seconds of [Number.NaN, -1, Number.NEGATIVE_INFINITY]) {
      expect(verdictOf(seconds, 60)).toBe('not measured');
    }
    expect(verdictOf(Number.POSITIVE_INFINITY, 60)).toBe('missed');
  });
});
