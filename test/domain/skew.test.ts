import { describe, expect, test } from 'vitest';
import { skewOf } from '../../src/domain/skew.ts';
import type { Consistency } from '../../src/domain/words.ts';

const point = (second: number): Consistency => ({
  kind: 'point-in-time',
  at: new Date(1_772_330_400_000 + second * 1000).toISOString(),
});
const fuzzy = (from: number, to: number): Consistency => ({
  kind: 'fuzzy',
  from: new Date(1_772_330_400_000 + from * 1000).toISOString(),
  to: new Date(1_772_330_400_000 + to * 1000).toISOString(),
});

describe('the skew between sets', () => {
  test.each([
    ['of none', [], null],
    ['of one alone is not known, however fuzzy it is', [fuzzy(0, 9)], null],
    ['of two at once', [point(3), point(3)], 0],
    ['is from the earliest instant to the latest', [point(4), point(1), point(3)], 3000],
    ['counts both ends of a fuzzy set', [point(2), fuzzy(1, 6)], 5000],
  ])('%s', (_, shown, skew) => expect(skewOf(shown)).toBe(skew));
});
