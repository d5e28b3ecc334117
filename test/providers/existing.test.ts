import { expect, test } from 'vitest';
import type { PlaceSpec } from '../../src/domain/words.ts';
import { existing } from '../../src/providers/existing.ts';
import { resolver } from './conformance.ts';

const provider = existing(resolver({ 'env:ORDERS_URL': 'memory://orders' }));
const spec: PlaceSpec = {
  id: 'orders-db/primary',
  target: 'orders-db',
  kind: 'memory',
  role: 'primary',
  provider: 'existing',
  url: 'env:ORDERS_URL',
};

test('an existing place is ready at its connection string', async () => {
  expect(await provider.describe(spec)).toBe('ready');
  expect(await provider.url(spec)).toBe('memory://orders');
});

test('a reference to a secret that is not there is missing', async () => {
  const unset = { ...spec, url: 'env:UNSET' };
  await expect(provider.url(unset)).rejects.toMatchObject({ kind: 'missing' });
  await expect(provider.describe(unset)).rejects.toMatchObject({ kind: 'missing' });
});

test('an existing place is neither made nor removed, by name and with what to do', async () => {
  const what = { message: expect.stringContaining('orders-db/primary'), hint: expect.stringMatching(/by hand/) };
  await expect(provider.provide(spec)).rejects.toMatchObject({ kind: 'not-supported', ...what });
  await expect(provider.discard(spec)).rejects.toMatchObject({ kind: 'refused', ...what });
});

test('a place of another provider is bad input', async () => {
  const other: PlaceSpec = { ...spec, provider: 'database', server: 'env:ORDERS_URL', database: 'x' };
  for (const call of [provider.provide, provider.describe, provider.url, provider.discard]) {
    await expect(call(other)).rejects.toMatchObject({ kind: 'bad-input' });
  }
});
