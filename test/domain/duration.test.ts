import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/domain/duration.ts';

describe('durations', () => {
  test('are written as people say them', () => {
    expect(parseDuration('4h')).toBe(14_400_000);
    expect(parseDuration('15m')).toBe(900_000);
    expect(parseDuration('1h30m')).toBe(5_400_000);
    expect(parseDuration('500ms')).toBe(500);
    expect(parseDuration('30d')).toBe(2_592_000_000);
    expect(parseDuration('1m500ms')).toBe(60_500);
  });

  test('anything else is none', () => {
    for (const text of ['', '4', 'h', '4 h', '-4h', '4.5h', '30m1h', '1h1h', '4H', 'soon', '99999999h', '1h ']) {
      expect(parseDuration(text), text).toBeNull();
    }
  });

  test('are read back as they were printed', () => {
    fc.assert(
      fc.property(fc.nat(900_000 * 86_400_000), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
    expect(formatDuration(0)).toBe('0s');
  });
});
