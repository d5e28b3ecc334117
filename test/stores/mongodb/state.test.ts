import { expect, test } from 'vitest';
import { isBusy, type State } from '../../../src/stores/mongodb/restore/state.ts';

test('a unit that was not heard of for half a minute is dead, and keeps nobody out', () => {
  const now = new Date('2026-03-01T00:00:30Z');
  const heardAt = (...times: string[]): State => ({
    epoch: 1,
    writer: 'one',
    run: 'run-1',
    version: 1,
    busy: Object.fromEntries(times.map((at, n) => [`data/${n}`, { by: 'attempt', at: new Date(at) }])),
  });
  expect(isBusy(heardAt(), now)).toBe(false);
  expect(isBusy(heardAt('2026-03-01T00:00:00Z'), now)).toBe(false);
  expect(isBusy(heardAt('2026-03-01T00:00:00Z', '2026-03-01T00:00:01Z'), now)).toBe(true);
});
