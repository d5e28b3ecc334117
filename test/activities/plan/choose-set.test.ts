import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseSet } from '../../../activities/plan/choose-set.ts';
import type { RunInput } from '../../../src/domain/plan.ts';
import type { Consistency } from '../../../src/domain/words.ts';
import type { Vault } from '../../../src/vault/port.ts';

type Listed = Awaited<ReturnType<Vault['sets']>>[number];

const set = (id: string, consistency: Consistency): Listed =>
  ({ manifest: { set: id, consistency }, digest: id, storedBytes: 1 }) as unknown as Listed;
const point = (at: string): Consistency => ({ kind: 'point-in-time', at });
const input = (more: Partial<RunInput>): RunInput => ({ mode: 'plan', set: 'latest', ...more });
const choose = (sets: readonly Listed[], more: Partial<RunInput>): string | undefined =>
  chooseSet('orders-db', sets, input(more))?.manifest.set;

const sets = [
  set('one', point('2026-01-01T00:00:00.000Z')),
  set('three', point('2026-01-03T00:00:00.000Z')),
  set('two', { kind: 'fuzzy', from: '2026-01-01T12:00:00.000Z', to: '2026-01-02T00:00:00.000Z' }),
];

describe('the set of a run', () => {
  test('is the one that shows the latest moment, not the one written last', () => {
    expect(choose(sets, {})).toBe('three');
  });

  test('is the named one', () => {
    expect(choose(sets, { set: 'one' })).toBe('one');
  });

  test('is the newest at or before a moment; a fuzzy one counts from its end', () => {
    expect(choose(sets, { at: '2026-01-02T23:59:59.999Z' })).toBe('two');
    expect(choose(sets, { at: '2026-01-02T00:00:00.000Z' })).toBe('two');
    expect(choose(sets, { at: '2026-01-01T23:00:00.000Z' })).toBe('one');
    expect(choose(sets, { at: '2025-12-31T23:59:59.000Z' })).toBeUndefined();
  });

  test('is none when there is none', () => {
    expect(choose([], {})).toBeUndefined();
  });

  test('is never one after the moment, and never older than another that fits', () => {
    const moments = fc.array(fc.date({ min: new Date(0), max: new Date('2030-01-01'), noInvalidDate: true }));
    fc.assert(
      fc.property(
        moments,
        fc.date({ min: new Date(0), max: new Date('2030-01-01'), noInvalidDate: true }),
        (dates, at) => {
          const all = dates.map((date, n) => set(`${n}`, point(date.toISOString())));
          const chosen = choose(all, { at: at.toISOString() });
          const fitting = dates.filter((date) => date <= at).map(Number);
          const found = chosen === undefined ? undefined : Number(dates[Number(chosen)]);
          expect(found).toBe(fitting.length === 0 ? undefined : Math.max(...fitting));
        },
      ),
    );
  });

  test('that nobody has is refused with the newest ones', () => {
    expect(() => choose(sets, { set: 'thre' })).toThrow('did you mean "three"');
    expect(() => choose([], { set: 'x' })).toThrow('no set "x" of orders-db in the vault');
  });
});
