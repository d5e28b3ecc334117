import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeOf, setIdOf } from '../../../activities/plan/pre-allocate.ts';
import { estateOf } from '../bench.ts';

const target = estateOf().targets['orders-db']!;
const about = { run: 'restoreStore/orders-db/INC-1', at: '2026-01-31T02:00:00.123Z' };

test('a set id sorts by the start of its run, and follows from run and target', () => {
  const id = setIdOf(about.run, about.at, 'orders-db');
  expect(id).toMatch(/^20260131T020000Z-[0-9a-f]{6}$/);
  expect(setIdOf(about.run, about.at, 'orders-db')).toBe(id);
  expect(setIdOf(about.run, about.at, 'other-db')).not.toBe(id);
  expect(setIdOf(about.run, '2026-01-31T02:00:01.000Z', 'orders-db') > id).toBe(true);
});

test('a place follows from run, start, target and role: another run never finds it', () => {
  const beside = placeOf(target, 'beside', about);
  expect(beside).toMatchObject({ target: 'orders-db', role: 'beside', provider: 'database', server: 'env:BESIDE' });
  expect(beside?.id).toMatch(/^orders-db\/beside-[0-9a-f]{8}$/);
  expect(placeOf(target, 'beside', about)).toEqual(beside);
  const others = [
    placeOf(target, 'scratch', about),
    placeOf(target, 'beside', { ...about, run: 'another' }),
    placeOf(target, 'beside', { ...about, at: '2026-02-28T02:00:00.000Z' }),
    placeOf({ ...target, id: 'orders-d' }, 'beside', about),
  ];
  for (const other of others)
    expect(other).not.toMatchObject({ database: beside && 'database' in beside ? beside.database : '' });
});

test('database names are short and plain enough for every server', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9-]{1,90}$/), (id) => {
      const place = placeOf({ ...target, id }, 'beside', about);
      expect(place && 'database' in place ? place.database : '').toMatch(/^dr_[a-z0-9_]{1,51}_[0-9a-f]{8}$/);
    }),
  );
});

test('without a server there is no place', () => {
  expect(placeOf({ ...target, besideServer: null }, 'beside', about)).toBeNull();
});
