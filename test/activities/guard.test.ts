import { describe, expect, test } from 'vitest';
import { guardEstate, guardMark, guardMode, guardPlaces, isSamePlace } from '../../activities/guard.ts';
import type { World } from '../../activities/world.ts';
import type { Order } from '../../src/domain/verbs.ts';
import type { Binding, Mark, Mode, PlaceSpec, Role } from '../../src/domain/words.ts';
import { estateOf, targetOf } from './bench.ts';

const orderOf = (mode: Mode): Order => ({ run: 'run-1', step: 'begin', mode, plan: 'p', estate: 'e'.repeat(64) });
const made = (role: Role, database = 'dr_1'): PlaceSpec => ({
  id: `orders-db/${role}-${database}`,
  target: 'orders-db',
  kind: 'memory',
  role,
  provider: 'database',
  server: 'env:SERVER',
  database,
});
const primary = targetOf().primary;
const bindingOf = (more: Partial<Binding>): Binding => ({
  target: 'orders-db',
  epoch: 3,
  place: primary,
  boundAt: '2026-01-31T00:00:00.000Z',
  by: 'run-0',
  ...more,
});
const worldOf = (binding: Binding | null): World =>
  ({
    estate: estateOf(),
    vault: { bindings: { current: async () => binding } },
    now: () => '2026-01-31T00:00:00.000Z',
  }) as unknown as World;
const site = (place: PlaceSpec, epoch = 3) => ({ place, epoch });
const markOf = (more: Partial<Mark>): Mark => ({ id: 'm', target: 'orders-db', role: 'beside', epoch: 3, ...more });

test('a plan from another estate file is refused', () => {
  expect(() => guardEstate(worldOf(null), orderOf('live'))).not.toThrow();
  expect(() => guardEstate(worldOf(null), { ...orderOf('live'), estate: 'f'.repeat(64) })).toThrow(
    expect.objectContaining({ kind: 'wrong-estate', isPermanent: true }),
  );
});

test('mode plan may look and nothing more', () => {
  expect(() => guardMode(orderOf('plan'), 'reads')).not.toThrow();
  for (const effect of ['keeps', 'changes'] as const) {
    expect(() => guardMode(orderOf('plan'), effect)).toThrow(expect.objectContaining({ kind: 'refused' }));
  }
});

describe('a drill', () => {
  test('changes scratch places', async () => {
    await expect(guardPlaces(worldOf(null), orderOf('drill'), [site(made('scratch'))])).resolves.toBeUndefined();
  });

  test.each(['primary', 'standby', 'beside'] as const)('changes no %s place', async (role) => {
    await expect(guardPlaces(worldOf(null), orderOf('drill'), [site(made(role))])).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('scratch places only'),
    });
  });

  test('changes no place that a binding names, by whatever name the plan calls it', async () => {
    const bound = bindingOf({ place: made('beside') });
    const scratch = { ...made('scratch'), id: 'orders-db/scratch-other-name' };
    await expect(guardPlaces(worldOf(bound), orderOf('drill'), [site(scratch)])).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('in service'),
    });
  });

  test('finds only its own mark good enough', () => {
    const scratch = site(made('scratch'));
    const check = (mark: Mark | null) => () => guardMark(orderOf('drill'), scratch, mark, false);
    expect(check(markOf({ role: 'scratch', run: 'run-1' }))).not.toThrow();
    for (const mark of [
      null,
      markOf({ role: 'scratch' }),
      markOf({ role: 'scratch', run: 'run-2' }),
      markOf({ role: 'primary', run: 'run-1' }),
      markOf({ role: 'scratch', run: 'run-1', target: 'other-db' }),
    ]) {
      expect(check(mark)).toThrow(expect.objectContaining({ kind: 'wrong-mark', isPermanent: true }));
    }
  });
});

test('a scratch place that was there before us needs the mark of this run as well', () => {
  const scratch = site({ ...primary, id: 'orders-db/scratch', role: 'scratch' });
  expect(() => guardMark(orderOf('drill'), scratch, null, false)).toThrow('found none');
  expect(() => guardMark(orderOf('drill'), scratch, markOf({ role: 'scratch', run: 'run-1' }), false)).not.toThrow();
});

describe('a live run', () => {
  test('writes under the epoch of its plan, or the one it made itself', async () => {
    const check = (binding: Binding | null, epoch: number) =>
      guardPlaces(worldOf(binding), orderOf('live'), [site(made('beside'), epoch)]);
    await expect(check(null, 1)).resolves.toBeUndefined();
    await expect(check(bindingOf({}), 3)).resolves.toBeUndefined();
    await expect(check(bindingOf({}), 4)).resolves.toBeUndefined();
    await expect(check(bindingOf({ epoch: 5, by: 'run-1' }), 4)).resolves.toBeUndefined();
    await expect(check(bindingOf({ epoch: 5, by: 'run-2' }), 4)).rejects.toMatchObject({ kind: 'stale-epoch' });
  });

  test('takes the place in service without a mark: what was destroyed may have lost it', () => {
    expect(() => guardMark(orderOf('live'), site(primary), null, true)).not.toThrow();
    expect(() => guardMark(orderOf('live'), site(made('beside')), null, false)).toThrow('found none');
  });

  test('refuses a place that bears the mark of another target or role', () => {
    for (const mark of [markOf({ target: 'other-db', role: 'primary' }), markOf({ role: 'standby' })]) {
      expect(() => guardMark(orderOf('live'), site(primary), mark, true)).toThrow(
        expect.objectContaining({ kind: 'wrong-mark' }),
      );
    }
  });

  test('takes a place that an earlier run made only while it is in service', () => {
    const beside = site(made('beside'));
    const mark = markOf({ run: 'run-0' });
    expect(() => guardMark(orderOf('live'), beside, mark, true)).not.toThrow();
    expect(() => guardMark(orderOf('live'), beside, mark, false)).toThrow(
      'run run-1; found orders-db, beside, run run-0',
    );
  });
});

test('places are the same by id, by connection string, or by server and database', () => {
  expect(isSamePlace(primary, { ...primary, id: 'orders-db/other' })).toBe(true);
  expect(isSamePlace(made('beside'), { ...made('scratch'), id: 'x' })).toBe(true);
  expect(isSamePlace(made('beside', 'dr_1'), made('beside', 'dr_2'))).toBe(false);
  expect(isSamePlace(primary, made('beside'))).toBe(false);
});
