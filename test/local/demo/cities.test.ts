import { describe, expect, test } from 'vitest';
import { guided, likenessDimensions, likenessOf, readCities } from '../../../src/local/demo/cities.ts';

const near = (a: string, b: string): number => {
  const [one, other] = [likenessOf(a), likenessOf(b)];
  return one.reduce((sum, value, at) => sum + value * other[at]!, 0);
};

describe('what a name looks like', () => {
  test('is a vector of length one, the same every time', () => {
    for (const name of ['Springfield', 'São José', 'Ürümqi', '東京', 'Y', '']) {
      const vector = likenessOf(name);
      expect(vector).toHaveLength(likenessDimensions);
      expect(vector).toEqual(likenessOf(name));
      expect(Math.hypot(...vector)).toBeCloseTo(name === '' ? Math.hypot(...vector) : 1, 5);
    }
  });

  test('is near to names that share its runs of letters', () => {
    expect(near('Springfield', 'West Springfield')).toBeGreaterThan(near('Springfield', 'Valparaíso'));
  });
});

test('cities with a guide keep the number of their place among all', () => {
  const { cities } = readCities();
  const some = guided(cities);
  expect(some[0]).toEqual({ id: 1, city: cities[0] });
  expect(some.every(({ id, city }) => cities[id - 1] === city)).toBe(true);
  expect(some.length).toBeGreaterThan(500);
});
