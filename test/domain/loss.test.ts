import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Canary } from '../../src/domain/loss.ts';
import { claimLoss, judgeLoss, proveLoss } from '../../src/domain/loss.ts';

const start = Date.parse('2026-03-01T02:00:00.000Z');
const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();
/** One canary a second, numbered from `from`. */
const canaries = (from: number, to: number): Canary[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => ({ seq: from + index, at: at(from + index) }));
const pointInTime = (seconds: number) => ({ shows: { from: at(seconds), to: at(seconds) }, since: null });
const numbers = (from: number, to: number): number[] => canaries(from, to).map(({ seq }) => seq);

const anyLedger = fc.uniqueArray(
  fc.record({ seq: fc.integer({ min: 1, max: 60 }), at: fc.integer({ min: 0, max: 500 }).map(at) }),
  { selector: ({ seq }) => seq, maxLength: 40 },
);
const anyPresent = fc.uniqueArray(fc.integer({ min: 1, max: 70 }), { maxLength: 60 });
const anyObjective = fc.option(fc.integer({ min: 0, max: 600 }), { nil: null });

describe('loss proven by canaries', () => {
  test('is the time from the newest canary present to the last acknowledged', () => {
    expect(proveLoss(canaries(1, 10), numbers(1, 7))).toEqual({
      seconds: 3,
      lastAcknowledged: { seq: 10, at: at(10) },
      newestPresent: { seq: 7, at: at(7) },
      missing: 3,
      holes: [],
      unknown: [],
    });
  });

  test('an empty ledger proves nothing, and is never zero loss', () => {
    expect(proveLoss([], [1, 2, 3])).toBeNull();
    expect(judgeLoss(0, null, 3600)).toBe('not measured');
  });

  test('a place without any canary has missed, even when only one was ever written', () => {
    const proven = proveLoss(canaries(1, 1), []);
    expect(proven).toMatchObject({ newestPresent: null, missing: 1 });
    expect(judgeLoss(0, proven, 3600)).toBe('missed');
  });

  test('a hole below the newest canary is a miss that no objective excuses', () => {
    const proven = proveLoss(canaries(1, 5), [1, 2, 4, 5]);
    expect(proven).toMatchObject({ seconds: 0, holes: [3] });
    expect(judgeLoss(0, proven, 999_999)).toBe('missed');
  });

  test('a canary on its way to the ledger is not held against the place; an older unknown one is shown, and lost nothing', () => {
    expect(proveLoss(canaries(1, 5), numbers(1, 6))).toMatchObject({ seconds: 0, unknown: [] });
    const ledger = canaries(1, 5).filter(({ seq }) => seq !== 3);
    expect(proveLoss(ledger, numbers(1, 5))).toMatchObject({ missing: 0, unknown: [3] });
    expect(judgeLoss(0, proveLoss(ledger, numbers(1, 5)), 3600)).toBe('met');
  });

  test('an acknowledged write from before the point restored to is a hole, however new its number', () => {
    const forged = [...canaries(1, 10), { seq: 1_000_000, at: at(5) }];
    const proven = proveLoss(forged, numbers(1, 10), pointInTime(10));
    expect(proven).toMatchObject({ missing: 1, holes: [1_000_000] });
    expect(judgeLoss(0, proven, 3600)).toBe('missed');
  });

  test('a write acknowledged while the snapshot was taken may lie on either side of it', () => {
    const proven = proveLoss(canaries(1, 10), numbers(1, 9), pointInTime(10.5));
    expect(proven).toMatchObject({ missing: 1, holes: [] });
  });

  test('what an earlier recovery lost is not counted again', () => {
    const ledger = [...canaries(1, 20)];
    const present = [...numbers(1, 7), ...numbers(11, 18)];
    const proven = proveLoss(ledger, present, { ...pointInTime(18), since: at(10) });
    expect(proven).toMatchObject({ seconds: 2, missing: 2, holes: [] });
    expect(judgeLoss(2, proven, 2)).toBe('met');
  });

  test('what users wrote after they moved does not hide what was lost before', () => {
    const ledger = [...canaries(1, 10), ...canaries(11, 20)];
    const present = [...numbers(1, 7), ...numbers(11, 20)];
    const proven = proveLoss(ledger, present, pointInTime(7));
    expect(proven).toEqual(proveLoss(canaries(1, 10), numbers(1, 7)));
    expect(judgeLoss(3, proven, 3)).toBe('met');
    expect(judgeLoss(3, proven, 2)).toBe('missed');
  });

  test('times that run backwards over a loss are not measured', () => {
    const proven = proveLoss(
      [
        { seq: 1, at: at(300) },
        { seq: 2, at: at(0) },
      ],
      [1],
    );
    expect(judgeLoss(null, proven, 3600)).toBe('not measured');
  });

  test('unreadable times are not measured', () => {
    const proven = proveLoss(
      [
        { seq: 1, at: at(0) },
        { seq: 2, at: 'noon' },
      ],
      [1],
    );
    expect(judgeLoss(null, proven, 3600)).toBe('not measured');
  });

  test('hundreds of thousands of canaries are compared at once', () => {
    const many = canaries(1, 200_000);
    expect(proveLoss(many, numbers(1, 199_990), pointInTime(199_990))).toMatchObject({ seconds: 10, missing: 10 });
  });

  test('missing counts every acknowledged canary the place lacks, each once, however the ledger is ordered', () => {
    fc.assert(
      fc.property(anyLedger, anyPresent, fc.infiniteStream(fc.boolean()), (ledger, present, twice) => {
        const repeated = ledger.flatMap((one) => (twice.next().value ? [one, one] : [one])).reverse();
        const proven = proveLoss(repeated, present);
        const lacks = ledger.filter(({ seq }) => !present.includes(seq));
        expect(proven?.missing ?? 0).toBe(lacks.length);
        expect(proven?.holes ?? []).toEqual(
          lacks
            .map(({ seq }) => seq)
            .filter((seq) => seq < (proven?.newestPresent?.seq ?? 0))
            .sort((a, b) => a - b),
        );
      }),
    );
  });

  test('met means: something was measured, nothing below the newest is missing, and the worse number fits', () => {
    fc.assert(
      fc.property(
        anyLedger,
        anyPresent,
        anyObjective,
        fc.option(fc.integer({ min: 0, max: 600 }), { nil: null }),
        fc.option(fc.integer({ min: 0, max: 500 }).map(at), { nil: null }),
        (ledger, present, objective, claimed, restoredTo) => {
          const bounds = restoredTo === null ? null : { shows: { from: restoredTo, to: restoredTo }, since: null };
          const proven = proveLoss(ledger, present, bounds);
          if (judgeLoss(claimed, proven, objective) !== 'met') return;
          expect(proven?.newestPresent).not.toBeNull();
          expect(proven).toMatchObject({ holes: [] });
          expect(proven!.seconds).toBeLessThanOrEqual(objective!);
          expect(claimed ?? 0).toBeLessThanOrEqual(objective!);
          if (proven!.seconds === 0 && proven!.missing > 0) {
            expect(proven!.lastAcknowledged.at >= proven!.newestPresent!.at).toBe(true);
          }
        },
      ),
    );
  });

  test('losing one canary more never makes the verdict better', () => {
    const rank = { met: 0, 'not measured': 1, missed: 2 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(40), fc.nat(60), (acknowledged, kept, objective) => {
        const ledger = canaries(1, acknowledged);
        const judge = (to: number) => judgeLoss(null, proveLoss(ledger, numbers(1, to)), objective);
        const most = Math.min(kept, acknowledged);
        if (most > 0) expect(rank[judge(most - 1)]).toBeGreaterThanOrEqual(rank[judge(most)]);
      }),
    );
  });
});

describe('claimed loss', () => {
  test('runs from the point restored to until the last acknowledged write, and is never negative', () => {
    expect(claimLoss(at(0), at(90.5))).toBe(91);
    expect(claimLoss(at(10), at(0))).toBe(0);
    expect(claimLoss(null, at(0))).toBeNull();
    expect(claimLoss(at(0), null)).toBeNull();
    expect(claimLoss('noon', at(0))).toBeNull();
  });

  test('counts in the verdict when it is worse than what canaries prove', () => {
    const proven = proveLoss(canaries(1, 5), numbers(1, 5));
    expect(judgeLoss(61, proven, 60)).toBe('missed');
    expect(judgeLoss(60, proven, 60)).toBe('met');
  });
});
