import { expect, test } from 'vitest';
import { freeBytes, mostPooledBytes } from '../../src/domain/free-bytes.ts';

test('bytes are gone, those of others that share a small buffer are not', () => {
  const large = Buffer.alloc(mostPooledBytes + 1, 1);
  const view = large.subarray(5, 6);
  freeBytes(view);
  expect(large).toHaveLength(0);

  expect(Buffer.poolSize).toBeLessThanOrEqual(mostPooledBytes);
  const [one, other] = [Buffer.from('one'), Buffer.from('other')];
  freeBytes(one);
  expect(other.toString()).toBe('other');
});
