import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newestSet, openNamed, setBefore } from '../../../activities/plan/choose-set.ts';
import { DrError } from '../../../src/domain/errors.ts';
import type { Consistency } from '../../../src/domain/words.ts';
import type { SetSummary, Vault } from '../../../src/vault/port.ts';

const set = (id: string, consistency: Consistency): SetSummary =>
  ({ manifest: { set: id, consistency }, digest: id, storedBytes: 1 }) as unknown as SetSummary;
const point = (at: string): Consistency => ({ kind: 'point-in-time', at });
const choose = (sets: readonly SetSummary[], at?: string): string | undefined => newestSet(sets, at)?.manifest.set;

const sets = [
  set('one', point('2026-01-01T00:00:00.000Z')),
  set('three', point('2026-01-03T00:00:00.000Z')),
  set('two', { kind: 'fuzzy', from: '2026-01-01T12:00:00.000Z', to: '2026-01-02T00:00:00.000Z' }),
];

describe('the set of a run', () => {
  test('is the one that shows the latest moment, not the one written last', () => {
    expect(choose(sets)).toBe('three');
  });

  test('is the newest at or before a moment; a fuzzy one counts from its end', () => {
    expect(choose(sets, '2026-01-02T23:59:59.999Z')).toBe('two');
    expect(choose(sets, '2026-01-02T00:00:00.000Z')).toBe('two');
    expect(choose(sets, '2026-01-01T23:00:00.000Z')).toBe('one');
    expect(choose(sets, '2025-12-31T23:59:59.000Z')).toBeUndefined();
  });

  test('has one before it, by the moment it shows', () => {
    expect(['three', 'two', 'one', 'gone'].map((id) => setBefore(sets, id))).toEqual(['two', 'one', null, null]);
  });

  test('is none when there is none', () => {
    expect(choose([])).toBeUndefined();
  });

  test('is never one after the moment, and never older than another that fits', () => {
    const moments = fc.array(fc.date({ min: new Date(0), max: new Date('2030-01-01'), noInvalidDate: true }));
    fc.assert(
      fc.property(
        moments,
        fc.date({ min: new Date(0), max: new Date('2030-01-01'), noInvalidDate: true }),
        (dates, at) => {
          const all = dates.map((date, n) => set(`${n}`, point(date.toISOString())));
          const chosen = choose(all, at.toISOString());
          const fitting = dates.filter((date) => date <= at).map(Number);
          const found = chosen === undefined ? undefined : Number(dates[Number(chosen)]);
          expect(found).toBe(fitting.length === 0 ? undefined : Math.max(...fitting));
        },
      ),
    );
  });
});

/** A vault whose targets each hold what is told, a set or why it cannot be read. */
const vaultOf = (held: Record<string, Record<string, DrError | 'whole'>>): Vault =>
  ({
    says: 'a vault',
    open: async (target: string, id: string) => {
      const found = held[target]?.[id] ?? new DrError('unknown-name', 'not there', 'look elsewhere');
      if (found !== 'whole') throw found;
      return { manifest: { set: id, target } };
    },
    sets: async (target: string) => {
      const damage = Object.values(held[target] ?? {}).find((one) => one !== 'whole');
      if (damage) throw damage;
      return Object.keys(held[target] ?? {}).map((id) => set(id, point('2026-01-01T00:00:00.000Z')));
    },
  }) as unknown as Vault;

describe('a set named by its id', () => {
  const work = { signal: new AbortController().signal, parallel: 1 };
  const damaged = new DrError('damaged', 'flipped', 'restore another set');

  test('is found under the target that has it, although another set of it is damaged', async () => {
    const vault = vaultOf({ 'cache-db': {}, 'orders-db': { one: 'whole', old: damaged } });
    expect((await openNamed(vault, ['cache-db', 'orders-db'], 'one', work)).manifest.target).toBe('orders-db');
  });

  test('that is damaged itself is refused for that and not as unknown', async () => {
    const vault = vaultOf({ 'cache-db': {}, 'orders-db': { old: damaged } });
    await expect(openNamed(vault, ['cache-db', 'orders-db'], 'old', work)).rejects.toBe(damaged);
  });

  test('that nobody has is refused with the nearest and the newest ones', async () => {
    const vault = vaultOf({ 'orders-db': { one: 'whole', three: 'whole' } });
    await expect(openNamed(vault, ['orders-db'], 'thre', work)).rejects.toThrow('did you mean "three"');
    await expect(openNamed(vaultOf({}), ['orders-db'], 'x', work)).rejects.toThrow(
      'no set "x" of orders-db in a vault',
    );
  });
});
