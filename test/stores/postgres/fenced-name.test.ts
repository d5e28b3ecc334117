import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fencedName } from '../../../src/stores/postgres/fence/fenced-name.ts';

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 63 }).filter((text) => Buffer.byteLength(text) <= 63);

test('says at a glance what it is', () => {
  expect(fencedName('orders')).toBe('orders (fenced by dr-runbooks)');
});

test('fits into a name of the server, whole letters only, and differs from the name', () => {
  fc.assert(
    fc.property(name, (text) => {
      const fenced = fencedName(text);
      expect(Buffer.byteLength(fenced)).toBeLessThanOrEqual(63);
      expect(fenced.isWellFormed()).toBe(text.isWellFormed());
      expect(fenced).not.toBe(text);
    }),
  );
});

test('long names that begin alike get names of their own', () => {
  const [one, two] = ['a', 'b'].map((end) => fencedName('n'.repeat(62) + end));
  expect(one).not.toBe(two);
  expect(one).toMatch(/^n+~[0-9a-f]{8} \(fenced by dr-runbooks\)$/);
});
