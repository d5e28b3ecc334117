import { expect, test } from 'vitest';
import { runIdOf } from '../../src/temporal/ids.ts';

const at = new Date('2026-01-31T02:00:00.123Z');

test('an incident has one run of a runbook on a target; without one the time tells runs apart; drills say so', () => {
  expect(runIdOf('restoreStore', { target: 'orders-db', incident: 'INC-4211', mode: 'live' }, at)).toBe(
    'restoreStore/orders-db/INC-4211',
  );
  expect(runIdOf('restoreStore', { target: 'orders-db' }, at)).toBe('restoreStore/orders-db/20260131T020000Z');
  expect(runIdOf('backupEstate', {}, at)).toBe('backupEstate/estate/20260131T020000Z');
  expect(runIdOf('runDrill', { target: 'orders-db', mode: 'drill' }, at)).toBe(
    'drill/runDrill/orders-db/20260131T020000Z',
  );
});
