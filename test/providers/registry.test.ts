import { expect, test } from 'vitest';
import type { PlaceSpec } from '../../src/domain/words.ts';
import { createProviders } from '../../src/providers/registry.ts';
import { resolver } from './conformance.ts';

const resolve = resolver({ 'env:SERVER': 'memory://registry', 'env:URL': 'memory://registry/orders' });
const common = { id: 'orders-db/beside-1', target: 'orders-db', role: 'beside' } as const;
const made: PlaceSpec = { ...common, kind: 'memory', provider: 'database', server: 'env:SERVER', database: 'made' };

test('a place is answered by the provider it names, for its kind of store', async () => {
  const there: PlaceSpec = { ...common, kind: 'memory', provider: 'existing', url: 'env:URL' };
  expect(await createProviders(resolve).existing.url(there)).toBe('memory://registry/orders');
  const { database } = createProviders(resolve);
  await database.provide(made);
  expect(await database.describe(made)).toBe('ready');
  expect(await database.url(made)).toBe('memory://registry/made');
  await database.discard(made);
  expect(await database.describe(made)).toBe('absent');
});

test('a kind that no provider makes is refused by name, with the kinds there are', async () => {
  const other = { ...made, kind: 'papyrus' } as unknown as PlaceSpec;
  await expect(createProviders(resolve).database.provide(other)).rejects.toMatchObject({
    kind: 'not-supported',
    message: expect.stringContaining('papyrus'),
    hint: expect.stringContaining('memory'),
  });
});
